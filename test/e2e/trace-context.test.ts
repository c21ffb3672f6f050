/** W3C Trace Context through a real server: what comes in by the wire, and what goes out by `node:http` and by `fetch`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startCollector, type Collector } from './kit/collector.ts';
import { startProgram, type RunningProgram } from './kit/run-program.ts';
import { PARENT_ID, TRACE_CONTEXT_CASES, TRACE_ID, type TraceContextCase } from './trace-context.cases.ts';

type Headers = readonly (readonly [name: string, value: string])[];

const WAYS = ['http', 'fetch'] as const;
const MANY_REQUESTS = [
  { name: 'of one caller', parent: `00-${TRACE_ID}-${PARENT_ID}-01` },
  { name: 'without a caller', parent: undefined },
  { name: 'of a caller whose trace id is no trace id', parent: `00-${'0'.repeat(32)}-${PARENT_ID}-01` },
];
/** What the sink was asked for, by path. */
const asked = new Map<string, Headers>();
const sink = createServer((request, response) => {
  const { rawHeaders } = request;
  asked.set(
    request.url as string,
    Array.from({ length: rawHeaders.length / 2 }, (_, i) => [(rawHeaders[2 * i] as string).toLowerCase(), rawHeaders[2 * i + 1] as string]),
  );
  response.end();
});

/** W3C's suite runs in each of these, by both ways out. */
const CONFIGURATIONS = (['require', 'import'] as const).flatMap((preload) =>
  (['forward.cjs', 'forward.mjs'] as const).map((program) => ({ preload, program })),
);

before(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
});
after(() => {
  sink.close();
  sink.closeAllConnections();
});

for (const { preload, program: name } of CONFIGURATIONS) {
  describe(`trace context of ${name} under --${preload}`, () => {
    let collector: Collector;
    let program: RunningProgram;
    let port: number;
    before(async () => {
      collector = await startCollector();
      program = startProgram({
        program: name,
        preload,
        env: { ...collector.env, SINK: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/${preload}/${name}` },
      });
      port = Number((await program.output(/port (\d+)\n/))[1]);
    });
    after(async () => {
      if (program.child.connected) program.child.send('stop');
      await program.ended;
      await collector[Symbol.asyncDispose]();
    });
    const sentFor = (path: string, way: string): Headers | undefined => asked.get(`/${preload}/${name}${path}/${way}`);

    TRACE_CONTEXT_CASES.forEach((given, index) => {
      it(given.name, async () => {
        await send(port, `/${index}`, given.headers);
        for (const way of WAYS) assertPassedOn(given, sentFor(`/${index}`, way), way);
      });
    });

    for (const { name: about, parent } of MANY_REQUESTS) {
      it(`each of many requests ${about} has a span id of its own`, async () => {
        const paths = ['/many-1', '/many-2', '/many-3'].map((path) => `${path}-${MANY_REQUESTS.findIndex((each) => each.name === about)}`);
        for (const path of paths) await send(port, path, parent === undefined ? [] : [['traceparent', parent]]);
        const parents = paths.flatMap((path) => WAYS.map((way) => headerOf(sentFor(path, way) ?? [], 'traceparent') ?? ''));
        const [traceIds, spanIds] = [1, 2].map((part) => new Set(parents.map((each) => each.split('-')[part])));
        assert.equal(spanIds?.size, parents.length, parents.join(' '));
        const isContinued = parent?.includes(TRACE_ID) === true;
        assert.equal(traceIds?.size, isContinued ? 1 : paths.length, parents.join(' '));
        assert.equal(traceIds?.has(TRACE_ID), isContinued);
        assert.equal(traceIds?.has('0'.repeat(32)), false);
      });
    }

    it('the spans of a continued trace are children of the caller, and say so', async () => {
      program.child.send('stop');
      assert.equal((await program.ended).ownStderr, '');
      const index = TRACE_CONTEXT_CASES.findIndex((given) => given.name === 'a valid parent is continued');
      const server = collector.store.spans().find(({ kind, attributes }) => kind === 'server' && attributes['url.path'] === `/${index}`);
      assert.equal(server?.traceId, TRACE_ID);
      assert.equal(server?.parentSpanId, PARENT_ID);
      const REMOTE = 0x300;
      assert.equal((server?.flags ?? 0) & REMOTE, REMOTE);
    });
  });
}

function headerOf(headers: Headers, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}

/** Byte by byte: a client would put headers right. */
async function send(port: number, path: string, headers: Headers): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = [`GET ${path} HTTP/1.1`, 'Host: sink.test', 'Connection: close', ...headers.map(([name, value]) => `${name}: ${value}`)];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  await once(socket, 'close');
  assert.match(answer, /^HTTP\/1\.1 200 /);
}

function assertPassedOn(given: TraceContextCase, sent: Headers | undefined, way: string): void {
  assert.ok(sent, `nothing came by ${way}`);
  const valuesOf = (wanted: string): string[] => sent.filter(([name]) => name === wanted).map(([, value]) => value);
  const parents = valuesOf('traceparent');
  assert.equal(parents.length, 1, `${way}: ${parents.join(', ')}`);
  const [, traceId, parentId, flags] = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(parents[0] as string) ?? [];
  assert.ok(traceId !== undefined && parentId !== undefined, `${way}: ${parents[0]}`);
  assert.equal(traceId === TRACE_ID, given.continues, `${way}: ${parents[0]}`);
  assert.notEqual(parentId, PARENT_ID);
  assert.doesNotMatch(`${traceId} ${parentId}`, /\b0+\b/);
  if (given.flags !== undefined) assert.equal(flags, given.flags, way);
  const states = valuesOf('tracestate');
  assert.ok(states.length <= 1, way);
  assert.equal(states[0]?.replaceAll(/[ \t]*,[ \t]*/g, ','), given.tracestate, way);
}
