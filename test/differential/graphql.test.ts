/** The spans of GraphQL: one for an operation, with its resolvers' own spans below it, each in the trace of its request. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { ReceivedSpan } from '../../src/otlp/decode/model.ts';
import { AS_INSTALLED, placeWith, runQuietly } from './kit.ts';

const RELEASES = [
  { release: 'graphql 16', packages: undefined },
  { release: 'graphql 17', packages: { graphql: 'graphql17' } },
];

function below(spans: readonly ReceivedSpan[], name: string): string[] {
  const parent = spans.find((span) => span.name === name);
  return spans
    .filter(({ parentSpanId, traceId }) => parentSpanId === parent?.spanId && traceId === parent?.traceId)
    .map((span) => span.name);
}

describe('spans of GraphQL', () => {
  for (const { release, packages } of RELEASES) {
    it(`${release}: of each operation, in its request's trace`, async () => {
      using place = packages === undefined ? AS_INSTALLED : placeWith(packages);
      const watched = await runQuietly({ place, program: 'graphql-spans.cjs' });
      const { spans } = watched;
      const find = (name: string): ReceivedSpan => {
        const found = spans.find((span) => span.name === name);
        assert.ok(found, `no span "${name}" among ${spans.map((span) => span.name).join(', ')}`);
        return found;
      };
      for (let id = 0; id < 20; id++) {
        assert.deepEqual(below(spans, `request ${id}`), ['graphql.parse', 'graphql.validate', `query Ask${id}`]);
        assert.deepEqual(below(spans, `query Ask${id}`), [`resolve 4000${id}`]);
        const { attributes, kind, status } = find(`query Ask${id}`);
        assert.deepEqual(
          { kind, status: status.code, ...attributes },
          {
            kind: 'internal',
            status: 'unset',
            'graphql.operation.type': 'query',
            'graphql.operation.name': `Ask${id}`,
            'graphql.document': `query Ask${id} { of(id: ?) }`,
          },
        );
      }
      // Nothing around it: no span for a schema that is parsed as the program starts, but one for what is asked.
      assert.deepEqual(
        spans.filter(({ parentSpanId, name }) => parentSpanId === undefined && /graphql|query/.test(name)).map(({ name }) => name),
        ['query Alone'],
      );

      const broken = find('query Broken');
      assert.deepEqual([broken.status.code, broken.attributes['error.type']], ['error', 'TypeError']);
      assert.equal(broken.events[0]?.attributes['exception.message'], 'it broke');
      const bad = find('query Bad');
      assert.deepEqual([bad.status.code, bad.attributes['error.type']], ['error', 'GraphQLError']);
      const texts = spans.flatMap(({ attributes, events, status }) => [inspect(attributes), inspect(events), status.message]);
      assert.deepEqual(
        texts.filter((text) => text.includes('secret')),
        [],
      );
      const failures = spans.filter(({ name, status }) => name.startsWith('graphql.') && status.code === 'error').map(({ name }) => name);
      assert.deepEqual(failures, ['graphql.validate', 'graphql.parse']);
    });
  }
});
