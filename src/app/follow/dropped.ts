/** A generator that is dropped halfway, and a stream that nobody reads, never say so: they are over when they are collected. */
import type { Follower } from './follower.ts';

const dropped = new FinalizationRegistry<Follower>(({ end }) => end(false, undefined));

/** @param follower - must not hold `target`. @param token - for `unregisterDropped`. */
export function whenDropped(target: object, follower: Follower, token: object): void {
  dropped.register(target, follower, token);
}

export function unregisterDropped(token: object): void {
  dropped.unregister(token);
}
