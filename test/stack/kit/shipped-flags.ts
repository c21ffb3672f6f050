import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const COMPOSE = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url));

/** The flags that docker-compose.yml gives, save those that say where things are: what is tested is what runs. */
export function shippedFlags(service: 'prometheus' | 'alertmanager'): string[] {
  const { services } = parse(readFileSync(COMPOSE, 'utf8')) as { services: Record<string, { command: string[] }> };
  const isPlace = /^--(storage(\.tsdb)?\.path|web\.listen-address|web\.external-url)=|^--config\.file=\//;
  return (services[service]?.command ?? []).filter((flag) => !isPlace.test(flag));
}
