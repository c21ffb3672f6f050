/** Databases, brokers and protocols, against the real servers: the spans of one piece of work, and nothing around it. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { startCollector } from '../e2e/kit/collector.ts';
import { ROOT, runProgram } from '../e2e/kit/run-program.ts';
import { missing, startKafka, startMariadb, startRabbitmq, startRedis, type Service, type ServiceName } from '../services/services.ts';
import { installNode } from './releases.ts';

const RELEASE = '24.21.0';

interface Client {
  readonly name: string;
  readonly service?: { readonly name: ServiceName; readonly start: () => Promise<Service> };
  readonly stdout: string;
  /** `kind name in the name of its parent`, sorted; everything that the program may record. */
  readonly spans?: readonly string[];
  readonly check?: (spans: readonly ReceivedSpan[]) => void;
}

const find = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.find((span) => span.name === name);
  assert.ok(found, `no span "${name}"`);
  return found;
};

const CLIENTS: readonly Client[] = [
  {
    name: 'mysql2',
    service: { name: 'mariadb', start: startMariadb },
    stdout: '42 7\n',
    spans: ['client SELECT in work', 'client SELECT in work', 'internal work in nothing'],
    check(spans) {
      for (const { attributes } of spans.filter(({ kind }) => kind === 'client')) {
        assert.equal(attributes['db.system.name'], 'mysql');
        assert.doesNotMatch(String(attributes['db.query.text']), /secret|40/);
      }
    },
  },
  {
    name: 'amqplib',
    service: { name: 'rabbitmq', start: startRabbitmq },
    stdout: 'a parcel\n',
    spans: [
      'consumer TOPIC process in publish <default>',
      'internal order in nothing',
      'internal unpack in TOPIC process',
      'producer publish <default> in order',
    ],
    check: (spans) => assert.equal(find(spans, 'publish <default>').attributes['messaging.system'], 'rabbitmq'),
  },
  {
    name: 'kafkajs',
    service: { name: 'kafka', start: startKafka },
    stdout: 'a parcel\n',
    spans: [
      'consumer process TOPIC in send TOPIC',
      'internal order in nothing',
      'internal unpack in process TOPIC',
      'producer send TOPIC in order',
    ],
    check: (spans) => assert.equal(find(spans, 'order').traceId, find(spans, 'unpack').traceId),
  },
  {
    name: 'bullmq',
    service: { name: 'redis', start: startRedis },
    stdout: 'parcel of me, the job failed\n',
    spans: [
      'client evalsha in add TOPIC',
      'client evalsha in add TOPIC',
      'client evalsha in process TOPIC',
      'client evalsha in process TOPIC',
      'consumer process TOPIC in add TOPIC',
      'consumer process TOPIC in add TOPIC',
      'internal order in nothing',
      'internal order in nothing',
      'internal unpack in process TOPIC',
      'internal unpack in process TOPIC',
      'producer add TOPIC in order',
      'producer add TOPIC in order',
    ],
    check(spans) {
      const failed = spans.filter(({ kind, status }) => kind === 'consumer' && status.code === 'error');
      assert.deepEqual(
        failed.map(({ status, attributes }) => [status.message, attributes['error.type']]),
        [['the job failed', 'RangeError']],
      );
    },
  },
  {
    name: 'bullmq-jobs',
    service: { name: 'redis', start: startRedis },
    stdout: 'part, retried, urgent part, whole\n',
    check(spans) {
      const jobs = spans.filter(({ name }) => name.startsWith('do '));
      assert.deepEqual(jobs.map(({ name }) => name).sort(), ['do part', 'do retried', 'do retried', 'do urgent part', 'do whole']);
      const { traceId } = find(spans, 'order');
      for (const job of jobs) assert.equal(job.traceId, traceId, job.name);
      const attempts = spans.filter(({ kind, status }) => kind === 'consumer' && status.code === 'error');
      assert.deepEqual(
        attempts.map(({ status, attributes, events }) => [
          status.message,
          attributes['error.type'],
          events.filter(({ name }) => name === 'exception').map((event) => event.attributes['exception.type']),
        ]),
        [['the first attempt failed', 'RangeError', ['RangeError']]],
      );
      for (const { events, attributes } of spans) {
        assert.ok([attributes, ...events.map((event) => event.attributes)].every((each) => each['bullmq.job.result'] === undefined));
      }
    },
  },
  {
    name: 'grpc',
    stdout: 'hello world nobody is here\n',
    spans: [
      'client grpc.program.Greeter/Greet in meet',
      'client grpc.program.Greeter/Greet in meet',
      'internal meet in nothing',
      'internal think in grpc.program.Greeter/Greet',
      'internal think in grpc.program.Greeter/Greet',
      'server grpc.program.Greeter/Greet in grpc.program.Greeter/Greet',
      'server grpc.program.Greeter/Greet in grpc.program.Greeter/Greet',
    ],
  },
  {
    name: 'graphql',
    stdout: 'hello world\n',
    spans: ['internal ask in nothing', 'internal graphql.parse in ask', 'internal graphql.validate in ask', 'internal query Greet in ask'],
  },
  {
    name: 'undici',
    stdout: 'with a parent\nwith a parent\n',
    spans: ['client GET in ask', 'client GET in ask', 'internal ask in nothing', 'server GET in GET', 'server GET in GET'],
  },
];

/** It is no dependency of ours: the `fetch` of Node.js is one. */
function absent({ name }: Client): string | false {
  if (name !== 'undici') return false;
  try {
    createRequire(import.meta.url).resolve('undici');
    return false;
  } catch {
    return 'the package undici is not installed';
  }
}

for (const client of CLIENTS) {
  const { service } = client;
  describe(client.name, { skip: absent(client) || (service === undefined ? false : missing(service.name)) }, () => {
    it('is traced in CommonJS and in ES modules', async () => {
      const running = await service?.start();
      try {
        // Both to their end: the service must not stop before them.
        const results = await Promise.allSettled((['cjs', 'mjs'] as const).map((kind) => assertTraced(client, kind, running?.url ?? '')));
        const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
        if (failures.length > 0)
          throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
      } finally {
        await running?.stop();
      }
    });
  });
}

async function assertTraced(client: Client, kind: 'cjs' | 'mjs', url: string): Promise<void> {
  await using collector = await startCollector();
  const topic = `topic-${kind}`;
  const ending = await runProgram({
    program: join(ROOT, 'test/matrix/programs', `${client.name}.${kind}`),
    args: [topic],
    preload: kind === 'cjs' ? 'require' : 'import',
    node: await installNode(RELEASE),
    // kafkajs sets timers to times that are over.
    nodeFlags: ['--disable-warning=TimeoutNegativeWarning'],
    env: { SERVICE: url, ...collector.env },
  });
  const { code, stdout, ownStderr } = ending;
  assert.deepEqual({ kind, code, stdout, ownStderr }, { kind, code: 0, stdout: client.stdout, ownStderr: '' });
  assert.deepEqual(
    ending.said.filter(({ level }) => level !== 'info'),
    [],
  );
  const spans = collector.store.spans();
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const seen = spans.map((span) =>
    `${span.kind} ${span.name} in ${span.parentSpanId === undefined ? 'nothing' : (byId.get(span.parentSpanId)?.name ?? 'a span that is not there')}`.replaceAll(
      topic,
      'TOPIC',
    ),
  );
  if (client.spans !== undefined) assert.deepEqual(seen.sort(), client.spans, kind);
  client.check?.(spans.map((span) => ({ ...span, name: span.name.replaceAll(topic, 'TOPIC') })));
}
