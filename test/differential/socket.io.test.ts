/** socket.io 4: an application sees what it sees without signalbox, and each event has its span. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { installNode } from '../matrix/releases.ts';
import { installLibraries } from './libraries.ts';
import { assertQuiet, compare, placeIn, runQuietly } from './kit.ts';

const place = () => installLibraries().then((installed) => placeIn(installed));

describe('socket.io', { concurrency: 2 }, () => {
  for (const [release, kind] of ['22.15.0', '24.21.0', '26.10.0'].flatMap((each) => [[each, 'cjs'] as const, [each, 'mjs'] as const])) {
    for (const [end, transport] of [
      ['well', 'websocket'],
      ['well', 'polling'],
      ['throw', 'websocket'],
    ] as const) {
      it(`is as it is bare: Node.js ${release} [${kind}], ${transport}, ${end === 'throw' ? 'with an error that nobody handles' : 'ending well'}`, async (t) => {
        using found = await place();
        const env = { END: end, TRANSPORT: transport };
        const watched = await compare({ place: found, program: `socket.io.${kind}`, env, node: await installNode(release) }, 20);
        assertQuiet(watched);
        t.diagnostic(`${watched.stdout.split('\n').length} lines compared, 0 differences`);
      });
    }
  }

  it('has a span for each event, and what its listeners do is below it', async () => {
    using found = await place();
    const COUNT = 50;
    const options = { 'socket.io': { onIgnoreEventList: ['ignored'], emitIgnoreEventList: ['goodbye'] } };
    const env = { SIGNALBOX_INSTRUMENTATION_OPTIONS: JSON.stringify(options) };
    const { code, metrics, spans } = await runQuietly({ place: found, program: 'socket.io-spans.cjs', args: [String(COUNT)], env });
    assert.equal(code, 0);
    const ofEvents = spans.filter(({ scope }) => scope.name === 'signalbox/socket.io');
    assert.equal(ofEvents.length, 2 * COUNT);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (let id = 0; id < COUNT; id++) {
      const find = (name: string) => spans.find((span) => span.name === `${name} ${id}`);
      const received = byId.get(find('begins')?.parentSpanId ?? '');
      assert.deepEqual([received?.kind, received?.name, received?.parentSpanId], ['consumer', 'receive /', undefined]);
      assert.equal(received?.attributes['messaging.socket.io.event_name'], 'work');
      const onward = find('goes on');
      assert.equal(onward?.parentSpanId, received?.spanId);
      assert.equal(find('acknowledged')?.parentSpanId, onward?.spanId);
      const sent = ofEvents.find(({ parentSpanId }) => parentSpanId === onward?.spanId);
      assert.deepEqual([sent?.kind, sent?.name, sent?.status.code], ['producer', 'send /', 'unset']);
      const { attributes = {} } = sent ?? {};
      assert.deepEqual(
        [attributes['messaging.system'], attributes['messaging.destination.name'], attributes['messaging.operation.type']],
        ['socket.io', '/', 'send'],
      );
      assert.equal((attributes['messaging.socket.io.rooms'] as string[]).length, 1);
    }
    assert.deepEqual(
      metrics
        .map(({ name }) => name)
        .filter((name) => name.startsWith('messaging.'))
        .sort(),
      [
        'messaging.client.consumed.messages',
        'messaging.client.operation.duration',
        'messaging.client.sent.messages',
        'messaging.process.duration',
      ],
    );
  });
});
