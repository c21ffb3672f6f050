/** The `console` exporter: one JSON line a record on stdout, at once. For looking, not for production. */
import { writeSync } from 'node:fs';
import type { Signal } from '../config/config.ts';
import { countAcknowledged, countDropped, type Account } from '../diagnostics/account.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { attempt } from '../runtime/contain.ts';
import { sayNotEncoded } from './record-notices.ts';
import type { Sender } from './sender.ts';

const STDOUT = 1;

export function createConsoleSender(signal: Signal, account: Account, reporter: Reporter): Sender {
  let closed = false;
  return {
    isSending: false,
    add(_scope, record, weight = 1) {
      account.produced += weight;
      if (closed) return countDropped(account, 'after_shutdown', weight);
      countAcknowledged(account, weight);
      // A closed or full stdout is the application's to notice.
      attempt(() => writeSync(STDOUT, `{"signal":"${signal}","record":${Buffer.from(record).toString()}}\n`));
    },
    addFailed(error, weight = 1) {
      account.produced += weight;
      countDropped(account, 'encode_error', weight);
      sayNotEncoded(reporter, signal, error);
    },
    flush: async () => {},
    takePending: () => [],
    settle() {},
    close() {
      closed = true;
    },
  };
}
