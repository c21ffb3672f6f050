/** Collects for one reader: asks the callbacks, and has everything written down. */
import type { Reporter } from '../../diagnostics/reporter.ts';
import { monotonicMs } from '../../runtime/clock.ts';
import { settlesWithin } from '../../runtime/settles-within.ts';
import { lastExemplar } from './exemplars.ts';
import type { Section } from './metric-store.ts';
import type { MetricWriter } from '../../otlp/metric-writer.ts';
import type { Observers, Round } from './observers.ts';

const now = Date.now;

export interface CollectorOptions {
  readonly section: Section;
  readonly observers: Observers;
  readonly reporter: Reporter;
  /** Default of `collect`. */
  readonly limitMs: number;
  /** Whether an exemplar is written once, at the collection after it was recorded. Else until there is a newer one. */
  readonly writesExemplarsOnce: boolean;
}

export interface Collector {
  /**
   * Collect when the collections are done that were asked for before. A callback that has not answered within `limitMs` is
   * waited for no longer, this time and until it answers.
   *
   * @param options.hold - keep the process alive meanwhile. Default: no.
   */
  collect(writer: MetricWriter, options?: { readonly limitMs?: number | undefined; readonly hold?: boolean | undefined }): Promise<void>;
  /** The same at once: a callback that answers by a promise is not waited for. */
  collectNow(writer: MetricWriter): void;
}

export function createCollector(options: CollectorOptions): Collector {
  const { section, observers, writesExemplarsOnce } = options;
  let lastWritten = 0;
  let underWay: Promise<void> | undefined;

  function write(writer: MetricWriter, round: Round): void {
    section.write(writer, now(), writesExemplarsOnce ? lastWritten : 0, round);
    lastWritten = lastExemplar();
  }

  function collectNow(writer: MetricWriter): void {
    const round = observers.ask();
    round.close();
    write(writer, round);
  }

  async function collectInTurn(writer: MetricWriter, limitMs: number, hold: boolean): Promise<void> {
    const endsAt = monotonicMs() + limitMs;
    if (underWay !== undefined) await settlesWithin(underWay, limitMs, hold);
    const leftMs = endsAt - monotonicMs();
    if (leftMs <= 0) return collectNow(writer);
    const round = observers.ask();
    if (round.pending === undefined || (await settlesWithin(round.pending, leftMs, hold))) round.close();
    else round.close(limitMs);
    write(writer, round);
  }

  return {
    async collect(writer, { limitMs = options.limitMs, hold = false } = {}) {
      if (limitMs <= 0) return collectNow(writer);
      const mine = collectInTurn(writer, limitMs, hold);
      underWay = mine;
      try {
        await mine;
      } finally {
        if (underWay === mine) underWay = undefined;
      }
    },
    collectNow,
  };
}
