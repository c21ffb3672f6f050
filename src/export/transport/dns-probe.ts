/**
 * Finds out whether DNS answers, by questions that can be cancelled.
 *
 * Below short names (`otel-collector:4318` in a cluster without a way out) only the names that the system would make of them
 * are answered: so the search domains of `resolv.conf`, and `hosts`, are read where DNS takes longer than usual, and only there.
 */
import type { Resolver } from 'node:dns';
import { getBuiltinModule, clearTimeout, setTimeout } from '../../runtime/captured.ts';
import { attempt } from '../../runtime/contain.ts';

const dns = getBuiltinModule('node:dns');
const { readFileSync } = getBuiltinModule('node:fs');

/** Also how long a lookup can keep a process alive that has nothing else to do. */
const ANSWER_WITHIN_MS = 1000;
/** Later, a DNS server is slow, silent about this name, or silent altogether: the names that the system would try are asked for too. */
const SLOW_MS = 300;

/** Addresses come from DNS itself where that is slow: the system would begin with the silent server, and wait. */
export type Outcome = 'ask-system' | 'silent' | readonly string[];

export interface Probe {
  /** Ends at once, as if nobody answered. */
  cancel(): void;
}

/** Each asks one server once and waits as long as the probe does: one for all drops an answer that comes after its next try. */
export function resolversOf(servers: readonly string[]): Resolver[] {
  return servers.map((server) => {
    const resolver = new dns.Resolver({ timeout: ANSWER_WITHIN_MS, tries: 1 });
    resolver.setServers([server]);
    return resolver;
  });
}

/** Asks every DNS server for `hostname` and, when that takes long, for the names that the system would make of it. Ends later, never at once. */
export function startProbe(hostname: string, resolvers: readonly Resolver[], folder: string, done: (outcome: Outcome) => void): Probe {
  const unanswered = new Set<string>();
  let found: readonly string[] | undefined;
  let isSlow = false;
  let isFinished = false;
  const closerLook = setTimeout(lookCloser, SLOW_MS);
  const limit = setTimeout(() => finish('silent'), ANSWER_WITHIN_MS);
  ask(hostname);

  function ask(name: string): void {
    unanswered.add(name);
    for (const [index, resolver] of resolvers.entries()) {
      resolver.resolve4(name, (error, addresses) => {
        if (error?.code === 'ETIMEOUT' || error?.code === 'ECANCELLED') return;
        unanswered.delete(name);
        if (error === null) found = addresses;
        // The system asks the first server first, and waits for it.
        if (isSlow) look();
        else if (index === 0) finish('ask-system');
      });
    }
  }

  function look(): void {
    if (found !== undefined) finish(found);
    else if (unanswered.size === 0) finish('ask-system');
  }

  function lookCloser(): void {
    isSlow = true;
    const resolvConf = read(`${folder}/resolv.conf`);
    // What the system knows without DNS is quick; where nothing says how it asks DNS, it must be asked.
    if (resolvConf === undefined || isNamedIn(read(`${folder}/hosts`), hostname)) return finish('ask-system');
    if (!hostname.endsWith('.')) for (const domain of searchDomains(resolvConf)) ask(`${hostname}.${domain}`);
    look();
  }

  function finish(outcome: Outcome): void {
    if (isFinished) return;
    isFinished = true;
    clearTimeout(closerLook);
    clearTimeout(limit);
    for (const resolver of resolvers) resolver.cancel();
    done(outcome);
  }

  return { cancel: () => finish('silent') };
}

/** @see https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
function searchDomains(resolvConf: string): string[] {
  const lists = [...resolvConf.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)];
  return (lists.at(-1)?.[1] ?? '').split(/\s+/).filter((domain) => domain !== '' && domain !== '.');
}

function isNamedIn(hosts: string | undefined, hostname: string): boolean {
  const name = hostname.replace(/[^\w-]/g, String.raw`\$&`);
  return hosts !== undefined && new RegExp(String.raw`^[^#\n]*\s${name}(?:\s|$)`, 'im').test(hosts);
}

function read(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}
