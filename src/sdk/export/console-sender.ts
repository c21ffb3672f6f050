/** The `console` exporter: one JSON line a record on stdout, at once. For looking, not for production. */
import { writeSync } from 'node:fs';
import type { Signal } from '../../config/config.ts';
import type { Account } from '../../diagnostics/account.ts';
import type { Sender } from './sender.ts';

const STDOUT = 1;

export function createConsoleSender(signal: Signal, account: Account): Sender {
  return {
    heldMs: 0,
    add(_scope, record, weight = 1) {
      account.produced += weight;
      account.acknowledged += weight;
      try {
        writeSync(STDOUT, `{"signal":"${signal}","record":${Buffer.from(record).toString()}}\n`);
      } catch {
        // A closed or full stdout is the application's to notice.
      }
    },
    addFailed() {},
    flush: async () => {},
    takePending: () => [],
    settle() {},
    close() {},
  };
}
