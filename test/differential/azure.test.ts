/** SDKs of Azure: a span for each operation in the trace of its caller, one for its request, and one `traceparent` sent. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ROOT } from '../e2e/kit/run-program.ts';
import { placeOf, runQuietly } from './kit.ts';
import { installLibraries } from './libraries.ts';

it('operations of SDKs of Azure are spans, and their requests are sent once traced', async () => {
  using place = placeOf([ROOT, await installLibraries()]);
  const { code, spans, stdout } = await runQuietly({ place, program: 'azure.cjs', env: { TRACED: 'yes' } });
  assert.equal(code, 0);
  assert.match(stdout, /^withSpan .*traceparents: 1/m);
  const work = spans.find(({ name }) => name === 'work');
  const operations = spans.filter(({ scope }) => scope.name === 'signalbox/azure-sdk');
  assert.deepEqual(
    operations.map(({ kind, name, status }) => `${kind} ${name} ${status.code} ${status.message ?? ''}`.trimEnd()).sort(),
    [
      ...Array<string>(5).fill('internal Shop.together unset'),
      'consumer Shop.process unset',
      'internal Shop.fail error status 500',
      'internal Shop.order unset',
      'internal Shop.throw error at once',
      'producer Shop.start unset',
    ].sort(),
  );
  for (const { attributes, name, parentSpanId, spanId } of operations) {
    assert.equal(parentSpanId, work?.spanId, name);
    assert.equal(attributes['az.namespace'], 'Microsoft.Shop');
    const requests = spans.filter((span) => span.kind === 'client' && span.parentSpanId === spanId);
    assert.equal(requests.length, /order|fail|together/.test(name) ? 1 : 0, name);
    for (const inner of spans.filter((span) => span.name === `in ${name}`))
      assert.ok(operations.some((each) => each.spanId === inner.parentSpanId));
  }
  assert.deepEqual(
    operations.find(({ name }) => name === 'Shop.process')?.links.map(({ spanId }) => spanId),
    ['b7ad6b7169203331'],
  );
});
