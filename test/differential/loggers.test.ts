/** Records of pino and bunyan: each line once, in its request's span, as the application writes it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReceivedLog } from '../../src/otlp/decode/model.ts';
import { AS_INSTALLED, placeWith, runQuietly, type Place, type Watched } from './kit.ts';
import { placeWithPino } from './libraries.ts';

type Line = Readonly<Record<string, unknown>>;
const linesOf = ({ stdout }: Watched): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const optionsOf = (options: object): Record<string, string> => ({ SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify(options) });

describe('records of pino and bunyan', { concurrency: 2 }, () => {
  const places: readonly { releases: string; place: () => Place | Promise<Place>; outside?: string }[] = [
    { releases: 'pino 10 and bunyan 1', place: () => AS_INSTALLED },
    { releases: 'pino 10 and bunyan 2', place: () => placeWith({ bunyan: 'bunyan2', exeunt: 'exeunt' }, ['pino']) },
    { releases: 'pino 9', place: () => placeWithPino(9, ['bunyan']) },
    // Those before do not know the hook `streamWrite`, which must not keep lines back.
    ...([5, 6, 7, 8] as const).map((major) => ({
      releases: `pino ${major}`,
      place: () => placeWithPino(major, ['bunyan']),
      outside: 'hidden outside',
    })),
  ];
  for (const { releases, place: makePlace, outside = '*** outside' } of places) {
    it(`${releases}: of 20 requests at once, each in its own span`, async () => {
      using place = await makePlace();
      const watched = await runQuietly({ place, program: 'loggers.cjs' });
      const find = (by: string, body: string): ReceivedLog => {
        const found = watched.logs.filter((log) => log.attributes['by'] === by && log.body === body);
        assert.equal(found.length, 1, `"${body}" by ${by} is exported ${found.length} times`);
        return found[0] as ReceivedLog;
      };
      const lines = linesOf(watched);
      for (let request = 0; request < 20; request++) {
        const span = watched.spans.find(({ name }) => name === `request ${request}`);
        for (const by of ['pino', 'bunyan']) {
          const { attributes, severityNumber, severityText, spanId, traceId } = find(by, `line ${request}`);
          assert.deepEqual([spanId, traceId, severityNumber, severityText], [span?.spanId, span?.traceId, 13, 'warn']);
          assert.deepEqual([attributes['nickname'], attributes['request']], ['****', request]);
          const line = lines.find((each) => each['by'] === by && each['request'] === request);
          assert.deepEqual([line?.['trace_id'], line?.['span_id'], line?.['trace_flags']], [span?.traceId, span?.spanId, '01']);
        }
      }
      assert.equal(find('pino', outside).spanId, undefined);
      const failed = find('pino', 'declined').attributes;
      assert.deepEqual([failed['exception.type'], failed['exception.message']], ['RangeError', 'declined']);
      assert.match(String(failed['exception.stacktrace']), /^RangeError: declined\n/);
      const { attributes, severityNumber } = find('bunyan', 'outside');
      assert.deepEqual([severityNumber, attributes['exception.type'], attributes['exception.message']], [21, 'TypeError', 'broken']);
      assert.equal(watched.logs.length, 43);
    });
  }

  it('names of the ids are an option of pino', async () => {
    const logKeys = { traceId: 'trace', spanId: 'span', traceFlags: 'flags' };
    const watched = await runQuietly({ program: 'loggers.cjs', env: optionsOf({ pino: { logKeys } }) });
    const line = linesOf(watched).find((each) => each['by'] === 'pino');
    assert.deepEqual(
      [typeof line?.['trace'], typeof line?.['span'], line?.['flags'], line?.['trace_id']],
      ['string', 'string', '01', undefined],
    );
    const log = watched.logs.find(({ attributes }) => attributes['by'] === 'pino');
    assert.deepEqual(Object.keys(log?.attributes ?? {}).sort(), ['by', 'nickname', 'request']);
  });

  it('neither records nor ids come where options say so', async () => {
    const off = { disableLogSending: true, disableLogCorrelation: true };
    const watched = await runQuietly({ program: 'loggers.cjs', env: optionsOf({ pino: off, bunyan: off }) });
    assert.equal(watched.logs.length, 0);
    assert.doesNotMatch(watched.stdout, /trace_id/);
  });

  it('the least severity that is exported is an option of bunyan', async () => {
    const watched = await runQuietly({ program: 'loggers.cjs', env: optionsOf({ bunyan: { logSeverity: 21 } }) });
    const bodies = watched.logs.filter(({ attributes }) => attributes['by'] === 'bunyan');
    assert.deepEqual(
      bodies.map(({ body }) => body),
      ['outside'],
    );
  });
});
