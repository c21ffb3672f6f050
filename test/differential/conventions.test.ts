/**
 * Spans and metrics of each library that is compared have what the semantic conventions require of them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { missing, type Service, type ServiceName } from '../services/services.ts';
import { COMPARED_LIBRARIES, placeFor, startService, type ComparedLibrary } from './compared.ts';
import { runWatched, type Watched } from './kit.ts';

type Kind = ReceivedSpan['kind'];
type Check = string | readonly string[];

interface Convention {
  /** Spans with this attribute are of the convention, if they are of one of these kinds. */
  readonly mark: string;
  readonly kinds: readonly Kind[];
  /** Attributes; of a list one must be there. */
  readonly required: readonly Check[];
  /** A metric that must be there where there are spans; of a list one. */
  readonly metric: Check;
}

const CONVENTIONS: readonly Convention[] = [
  { mark: 'db.system.name', kinds: ['client'], required: [['db.operation.name', 'db.query.text']], metric: 'db.client.operation.duration' },
  {
    mark: 'messaging.system',
    kinds: ['producer', 'consumer', 'client'],
    required: ['messaging.operation.name', 'messaging.operation.type', 'messaging.destination.name'],
    metric: ['messaging.client.operation.duration', 'messaging.client.sent.messages', 'messaging.process.duration'],
  },
  {
    mark: 'rpc.system.name',
    kinds: ['client', 'server'],
    required: ['rpc.method'],
    metric: ['rpc.client.call.duration', 'rpc.server.call.duration', 'rpc.client.duration'],
  },
  {
    mark: 'gen_ai.operation.name',
    kinds: ['client'],
    required: ['gen_ai.provider.name', 'gen_ai.request.model'],
    metric: 'gen_ai.client.operation.duration',
  },
  {
    mark: 'http.request.method',
    kinds: ['server'],
    required: ['url.path', 'url.scheme'],
    metric: 'http.server.request.duration',
  },
  {
    mark: 'http.request.method',
    kinds: ['client'],
    required: ['url.full', 'server.address', 'server.port'],
    metric: 'http.client.request.duration',
  },
];

/** By a name of the conventions before 1.24 or so, which nothing may have. */
const OLD = [
  'db.system',
  'db.statement',
  'db.operation',
  'db.name',
  'net.peer.name',
  'net.peer.port',
  'http.method',
  'http.url',
  'http.status_code',
  'messaging.operation',
  'rpc.service',
];

/** Where the program of a library makes calls of no request, which have no spans, another one does, with so many requests. */
const WITH_REQUESTS: Readonly<Record<string, string>> = { ioredis: 'ioredis-requests', pg: 'pg-requests', redis: 'redis-requests' };
const REQUESTS = '5';

/** What docs/instrumentation.md says as well. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['lacks the metric messaging.client.operation.duration,messaging.client.sent.messages,messaging.process.duration'],
};

const hasOne = (has: (name: string) => boolean, check: Check): boolean => (typeof check === 'string' ? has(check) : check.some(has));

/** What is missing, or too much, as lines. */
function faultsOf({ metrics, spans }: Watched): readonly string[] {
  const faults = new Set<string>();
  for (const { kinds, mark, metric, required } of CONVENTIONS) {
    const ofConvention = spans.filter(({ attributes, kind }) => kinds.includes(kind) && attributes[mark] !== undefined);
    for (const { attributes, kind, name, scope, status } of ofConvention) {
      for (const check of required)
        if (!hasOne((key) => attributes[key] !== undefined, check)) faults.add(`${scope.name} ${kind} "${name}" lacks ${String(check)}`);
      if (status.code === 'error' && attributes['error.type'] === undefined) faults.add(`${scope.name} ${kind} "${name}" lacks error.type`);
    }
    if (ofConvention.length > 0 && !hasOne((key) => metrics.some(({ name }) => name === key), metric))
      faults.add(`lacks the metric ${String(metric)}`);
  }
  for (const { attributes, name, scope } of spans)
    for (const key of OLD) if (attributes[key] !== undefined) faults.add(`${scope.name} "${name}" has ${key}`);
  return [...faults];
}

describe('spans and metrics are by the conventions', () => {
  const services = new Map<ServiceName, Service>();
  after(async () => {
    for (const service of services.values()) await service.stop();
  });

  async function run(library: ComparedLibrary): Promise<Watched> {
    const { args = [], name, service } = library;
    const other = WITH_REQUESTS[name];
    using place = await placeFor(library);
    if (service !== undefined && !services.has(service)) services.set(service, await startService(service));
    const env = service === undefined ? {} : { SERVICE: services.get(service)?.url ?? '' };
    // Awaited: the place is gone afterwards.
    return await runWatched({ place, program: `${other ?? library.program}.cjs`, args: other === undefined ? args : [REQUESTS], env });
  }

  for (const library of COMPARED_LIBRARIES)
    it(library.name, { skip: library.service === undefined ? false : missing(library.service) }, async () => {
      const watched = await run(library);
      assert.ok(watched.spans.length > 0);
      const known = KNOWN[library.name] ?? [];
      assert.deepEqual(
        faultsOf(watched).filter((fault) => !known.includes(fault)),
        [],
      );
    });
});
