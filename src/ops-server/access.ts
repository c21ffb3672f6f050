/** Who may see details: everybody, where the settings say so, and whoever sends the token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OpsConfig } from '../config/config.ts';
import { attempt } from '../runtime/contain.ts';

export function createAccess({ details, token, tokenFile }: OpsConfig): (authorization: string | undefined) => boolean {
  return (authorization) => {
    if (details) return true;
    const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (sent === undefined) return false;
    // Read each time: the tokens of a cluster change while a process runs.
    const filed = tokenFile === undefined ? undefined : attempt(() => readFileSync(tokenFile, 'utf8').trim());
    return [token, filed].map((known) => isSame(sent, known)).includes(true);
  };
}

/** In a time that says nothing about the token, its length included. */
function isSame(sent: string, known: string | undefined): boolean {
  if (known === undefined || known === '') return false;
  return timingSafeEqual(digest(sent), digest(known));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
