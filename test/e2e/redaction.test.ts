/** What `SIGNALBOX_REDACT_KEEP` and `SIGNALBOX_REDACT_ALSO` say reaches every signal. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCollector } from './kit/collector.ts';
import { runProgram } from './kit/run-program.ts';

describe('what people want redacted', () => {
  it('goes from spans, events, log records and metrics, and what they want to read stays in all of them', async () => {
    await using collector = await startCollector();
    const ending = await runProgram({
      program: 'own-redaction.cjs',
      env: {
        ...collector.env,
        SIGNALBOX_REDACT_KEEP: 'partner.token',
        SIGNALBOX_REDACT_ALSO: 'plate,/EMP-\\d+/,/(a+)+$/',
        OTEL_RESOURCE_ATTRIBUTES: 'team=EMP-77',
      },
    });
    const { store } = collector;
    const [span] = store.spans();
    const [log] = store.logs();
    const [metric] = store.metrics().filter(({ name }) => name === 'work.done');
    const sent = JSON.stringify([span, log, metric], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    assert.ok(span !== undefined && log !== undefined && metric !== undefined);
    assert.doesNotMatch(sent, /EMP-|CANARY/);
    assert.equal(sent.match(/spring2026x/g)?.length, 4, 'of the span, its event, the log record and the metric');
    assert.equal(span.name, 'work of REDACTED');
    assert.deepEqual(
      ending.said.map(({ code }) => code),
      ['bad-value SIGNALBOX_REDACT_ALSO', 'started'],
    );
  });
});
