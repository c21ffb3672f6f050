import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEnvelope, type Envelope } from '../../../../src/app/sentry/envelope.ts';

const HEADER = {
  event_id: 'a'.repeat(32),
  sent_at: 'now',
  dsn: 'https://key:secret@host/1',
  trace: { trace_id: 'b', transaction: 'password=planted' },
};

function sent(items: Envelope[1], hasSourceLines = false): readonly Record<string, unknown>[] {
  const encoded = encodeEnvelope([HEADER, items], hasSourceLines);
  return encoded === undefined
    ? []
    : Buffer.from(encoded)
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('an envelope', () => {
  it('has the length of each payload, and of its header what the protocol needs', () => {
    const [header, item, payload] = sent([[{ type: 'event' }, { message: 'ü', event_id: 'c' }]]);
    assert.deepEqual(header, { event_id: HEADER.event_id, sent_at: 'now', trace: { trace_id: 'b' } });
    assert.deepEqual(payload, { message: 'ü', event_id: 'c' });
    assert.deepEqual(item, { type: 'event', length: Buffer.byteLength(JSON.stringify(payload)) });
  });

  it('is redacted by names and by shapes, wherever something stands', () => {
    const text = 'password=planted and ann@example.org';
    const [, , event] = sent([
      [
        { type: 'event' },
        {
          message: text,
          exception: {
            values: [{ type: 'Error', value: text, stacktrace: { frames: [{ filename: 'a.js', vars: { token: 'planted' } }] } }],
          },
          request: {
            url: `https://host/?token=planted`,
            headers: { cookie: 'planted' },
            data: { password: 'planted' },
            cookies: { sid: 'planted' },
          },
          breadcrumbs: [{ message: text, data: { url: 'password=planted' } }],
          contexts: { trace: { trace_id: 'd'.repeat(32), span_id: 'e'.repeat(16) }, own: { text } },
          user: { id: '7', email: 'ann@example.org' },
          tags: { api_key: 'planted' },
          fingerprint: [text],
        },
      ],
    ]);
    assert.doesNotMatch(JSON.stringify(event), /planted|ann@/);
    assert.deepEqual((event?.['contexts'] as { trace?: object } | undefined)?.trace, { trace_id: 'd'.repeat(32), span_id: 'e'.repeat(16) });
    assert.equal((event?.['user'] as { id?: string } | undefined)?.id, '7');
  });

  it('leaves out what cannot be redacted and what OpenTelemetry has', () => {
    const types = ['transaction', 'span', 'session', 'sessions', 'profile', 'replay_recording', 'client_report', 'attachment', 'new'];
    assert.deepEqual(sent(types.map((type) => [{ type }, { secret: 'planted' }] as const)), []);
    assert.deepEqual(sent([[{ type: 'event' }, 'text']]), []);
    assert.equal(
      sent([
        [{ type: 'attachment' }, new Uint8Array(3)],
        [{ type: 'check_in' }, { status: 'ok' }],
      ]).length,
      3,
    );
  });

  it('has lines of source only where they are asked for', () => {
    const frame = { filename: import.meta.filename, lineno: 2, in_app: true };
    const event = (more: object): Envelope[1] => [
      [{ type: 'event' }, { exception: { values: [{ stacktrace: { frames: [{ ...frame, ...more }] } }] } }],
    ];
    const frameOf = (lines: readonly Record<string, unknown>[]): unknown =>
      (lines[2]?.['exception'] as { values: { stacktrace: { frames: object[] } }[] } | undefined)?.values[0]?.stacktrace.frames[0];
    assert.deepEqual(frameOf(sent(event({ context_line: 'a line', pre_context: [] }))), frame);
    const withLines = frameOf(sent(event({}), true)) as { context_line: string; pre_context: string[]; post_context: string[] };
    assert.match(withLines.context_line, /from 'node:test'/);
    assert.deepEqual([withLines.pre_context.length, withLines.post_context.length], [1, 5]);
    assert.deepEqual(frameOf(sent(event({ filename: '/no/such/file.js' }), true)), { ...frame, filename: '/no/such/file.js' });
  });
});
