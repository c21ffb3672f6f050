/** One scrape at a time: those who ask meanwhile for the same get the same. */
import { gzip } from 'node:zlib';
import type { Attributes } from '@opentelemetry/api';
import type { MetricSource } from '../../otlp/metric-writer.ts';
import { createExpositionWriter, type ExpositionWriter } from './exposition-writer.ts';
import type { Conflict } from './families.ts';
import type { Format } from './family.ts';
import { createLabelSources, labelText } from './labels.ts';
import { CONTENT_TYPE } from './negotiate.ts';

/** Prometheus gives up after 10 seconds by default. */
const CALLBACK_LIMIT_MS = 5000;
/** Less is not worth it. */
const SMALLEST_GZIP = 1400;
const FAST = { level: 1 };

export interface Scrape {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Scraper {
  /** Rejects where it cannot be written. */
  scrape(format: Format, mayBeGzip: boolean): Promise<Scrape>;
}

export interface ScraperOptions {
  readonly source: MetricSource;
  readonly resource: () => Attributes;
  readonly onConflict: (conflict: Conflict) => void;
}

export function createScraper({ source, resource, onConflict }: ScraperOptions): Scraper {
  const writers = new Map<Format, ExpositionWriter>();
  /** Collections that have not written anything down yet: who comes now sees in them all that was recorded before. */
  const collecting = new Map<Format, Promise<Buffer>>();
  const zipping = new WeakMap<Buffer, Promise<Buffer>>();

  function writerOf(format: Format): ExpositionWriter {
    let writer = writers.get(format);
    if (writer === undefined) {
      // What a cloud says of the machine may have come late: not before the first scrape.
      const target = labelText(resource(), createLabelSources());
      writers.set(format, (writer = createExpositionWriter({ format, target, onConflict })));
    }
    return writer;
  }

  async function collect(format: Format): Promise<Buffer> {
    const writer = writerOf(format);
    try {
      await source.collect(writer, { limitMs: CALLBACK_LIMIT_MS });
    } finally {
      collecting.delete(format);
    }
    return writer.take();
  }

  function collectOnce(format: Format): Promise<Buffer> {
    let under = collecting.get(format);
    if (under === undefined) collecting.set(format, (under = collect(format)));
    return under;
  }

  return {
    async scrape(format, mayBeGzip) {
      const body = await collectOnce(format);
      const headers = { 'content-type': CONTENT_TYPE[format], vary: 'accept, accept-encoding' };
      if (!mayBeGzip || body.length < SMALLEST_GZIP) return { headers, body };
      let zipped = zipping.get(body);
      if (zipped === undefined) zipping.set(body, (zipped = zip(body)));
      return { headers: { ...headers, 'content-encoding': 'gzip' }, body: await zipped };
    },
  };
}

/** Not in the event loop of the application. */
function zip(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => gzip(body, FAST, (error, zipped) => (error === null ? resolve(zipped) : reject(error))));
}
