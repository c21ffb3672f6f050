// Letters are sent one after the other, and tried again; one that cannot be sent is put aside.
import { setTimeout as delay } from 'node:timers/promises';
import { queueMetrics } from 'signalbox/metrics';
import { outages } from './outages.js';

const MAX_ATTEMPTS = 2;

const waiting = [];
const deadLetters = [];
const queue = queueMetrics({ name: 'letters' });
queue.observe(() => ({ waiting: waiting.length, failed: deadLetters.length }));

let sending = Promise.resolve();

export function sendLetter(letter) {
  waiting.push({ ...letter, attempts: 0, since: Date.now() });
  sending = sending.then(sendNext);
}

/** Resolves when all are sent or put aside. */
export async function stopSending() {
  while (waiting.length > 0) await sending;
  await sending;
}

async function sendNext() {
  const letter = waiting.shift();
  if (!letter) return;
  queue.waited((Date.now() - letter.since) / 1000);
  try {
    await queue.process(() => deliver(letter));
  } catch (error) {
    if (++letter.attempts < MAX_ATTEMPTS) {
      waiting.push(letter);
      return sendNext();
    }
    deadLetters.push(letter);
    queue.dead(error);
  }
}

async function deliver({ address }) {
  await delay(outages.post ? 3000 : 2);
  if (!address) throw Object.assign(new Error('a letter needs an address'), { name: 'AddressError' });
}
