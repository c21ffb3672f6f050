/** Who may see details, and who may post alerts. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OpsConfig } from '../config/config.ts';
import { attempt } from '../runtime/contain.ts';

interface Tokens {
  readonly token?: string;
  readonly tokenFile?: string;
}

/** Everybody, where the settings say so, and whoever sends the token. */
export function createAccess({ details, ...tokens }: OpsConfig): (authorization: string | undefined) => boolean {
  return (authorization) => details || isBearer(authorization, tokens);
}

/** Whether `Authorization: Bearer …` has one of the tokens. */
export function isBearer(authorization: string | undefined, tokens: Tokens): boolean {
  const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return (
    sent !== undefined &&
    known(tokens)
      .map((token) => isSame(sent, token))
      .includes(true)
  );
}

/** Whether `sha256=…` is the HMAC of the body, with one of the tokens as its key. */
export function isSigned(signature: string | undefined, body: Uint8Array, tokens: Tokens): boolean {
  const sent = /^sha256=([\da-f]{64})$/i.exec(signature ?? '')?.[1]?.toLowerCase();
  if (sent === undefined) return false;
  const of = (token: string): string => createHmac('sha256', token).update(body).digest('hex');
  return known(tokens)
    .map((token) => isSame(sent, of(token)))
    .includes(true);
}

/** The file is read each time: the tokens of a cluster change while a process runs. */
function known({ token, tokenFile }: Tokens): readonly string[] {
  const filed = tokenFile === undefined ? undefined : attempt(() => readFileSync(tokenFile, 'utf8').trim());
  return [token, filed].filter((each) => each !== undefined && each !== '') as string[];
}

/** In a time that says nothing about the token, its length included. */
function isSame(sent: string, known: string): boolean {
  return timingSafeEqual(digest(sent), digest(known));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
