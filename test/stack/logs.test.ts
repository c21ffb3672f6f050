/**
 * Logs on the real stack: applications under `--require signalbox/register`, the Collector and Loki from the shipped files.
 * Needs the build (`npm run build`).
 *
 * Servers that are not built are a named skip, and a failure with SIGNALBOX_TEST_SERVERS=required.
 * SIGNALBOX_TEST_OUTAGE_SECONDS (20): how long Loki stays away.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { startProgram } from '../e2e/kit/run-program.ts';
import { eventually } from './kit/eventually.ts';
import { nothingLostInCollector } from './kit/nothing-lost.ts';
import { logsRequest, sendOtlp } from './kit/otlp.ts';
import type { StoredLine } from './kit/queries.ts';
import { skipWithout } from './kit/servers.ts';
import { shipped, startStack, type Stack } from './kit/start-stack.ts';
import { openShop, type LoggedLine, type VisitedShop } from './visited-shop.ts';

const OUTAGE_MS = Number(process.env['SIGNALBOX_TEST_OUTAGE_SECONDS'] ?? 20) * 1000;
const ARRIVAL_DEADLINE_MS = 60_000;
const EVERYTHING = '{service_name=~".+"}';
/** Keys of the demo's lines that are no attribute of the record. */
const OF_THE_LINE = new Set(['level', 'message', 'timestamp', 'trace_id', 'span_id', 'trace_flags']);

function stackTest(name: string, body: (stack: Stack, t: TestContext) => Promise<void>): void {
  test(name, { timeout: 240_000 }, async (t) => {
    await using stack = await startStack();
    try {
      await body(stack, t);
    } catch (error) {
      t.diagnostic(stack.logs());
      throw error;
    }
  });
}

const openDemo = (stack: Stack): Promise<VisitedShop> => openShop({ OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp });

/** What a service has written and what Loki has of it, in one form. */
function printedLine({ service, record }: LoggedLine): string {
  const attributes = Object.entries(record).filter(([key]) => !OF_THE_LINE.has(key));
  const written = attributes.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).sort();
  return `${service} ${record['level']} ${record['message']} ${record['trace_id'] ?? '-'} ${written.join(' ')}`;
}
function storedLine(
  { line, labels, metadata: { exception_stacktrace: stack, ...metadata } }: StoredLine,
  names: ReadonlySet<string>,
): string {
  const attributes = Object.entries({ ...metadata, ...(stack !== undefined && { stack }) }).filter(
    ([key]) => names.has(key) && !OF_THE_LINE.has(key),
  );
  const written = attributes.map(([key, value]) => `${key}=${value}`).sort();
  return `${labels['service_name']} ${metadata['severity_text']} ${line} ${metadata['trace_id'] ?? '-'} ${written.join(' ')}`;
}

/** Loki has each line that the services have written once, and no others. @returns how many. */
async function everyLineIsStoredOnce(stack: Stack, shop: VisitedShop): Promise<number> {
  const names = new Set(shop.logged().flatMap(({ record }) => Object.keys(record)));
  const expected = shop.logged().map(printedLine).sort();
  await eventually(
    async () => {
      const stored = (await stack.loki.lines(EVERYTHING)).map((line) => storedLine(line, names)).sort();
      assert.deepEqual(stored, expected);
      return true;
    },
    ARRIVAL_DEADLINE_MS,
    500,
  );
  return expected.length;
}

const linesOf = (stack: Stack, traceId: string): Promise<StoredLine[]> => stack.loki.lines(`${EVERYTHING} | trace_id="${traceId}"`);

/** Each `ask '…'` of docs/logs.md, about what is stored now. */
async function documentedQueriesAreAnswered(stack: Stack, traceId: string): Promise<void> {
  const guide = readFileSync(shipped('docs/logs.md'), 'utf8');
  const requestId = (await linesOf(stack, traceId))[0]?.metadata['request_id'] ?? '';
  const queries = [...guide.matchAll(/^ask '([^']+)'/gm)].map(([, query = '']) =>
    query.replace(/trace_id="[^"]+"/, `trace_id="${traceId}"`).replace(/request_id="[^"]+"/, `request_id="${requestId}"`),
  );
  assert.equal(queries.length, 4);
  for (const query of queries) {
    const response = await fetch(`${stack.urls.loki}/loki/api/v1/query_range?${new URLSearchParams({ query })}`);
    const text = await response.text();
    assert.equal(response.status, 200, `${query}: ${text}`);
    assert.ok((JSON.parse(text) as { data: { result: unknown[] } }).data.result.length > 0, query);
  }
}

describe(
  'logs on the real stack',
  { concurrency: 2, skip: skipWithout('collector', 'jaeger', 'prometheus', 'alertmanager', 'loki') },
  () => {
    stackTest("every line of the demo's run is in Loki exactly once, and found by the id of its trace", async (stack, t) => {
      await using shop = await openDemo(stack);
      await shop.visit(60, 4);
      await shop.stop();
      const count = await everyLineIsStoredOnce(stack, shop);

      const traces = new Map<string, LoggedLine[]>();
      for (const logged of shop.logged()) {
        const traceId = logged.record['trace_id'];
        if (typeof traceId === 'string') traces.set(traceId, [...(traces.get(traceId) ?? []), logged]);
      }
      assert.ok(traces.size > 10, `${traces.size} traces have lines`);
      for (const [traceId, lines] of traces) {
        const found = (await linesOf(stack, traceId)).map(({ labels, line }) => `${labels['service_name']} ${line}`);
        assert.deepEqual(found.sort(), lines.map(({ service, record }) => `${service} ${record['message']}`).sort());
        assert.ok(await eventually(() => stack.jaeger.trace(traceId)), 'its trace is in Jaeger');
      }
      assert.deepEqual(await stack.loki.labels(), ['service_name'], 'labels are few');
      await nothingLostInCollector(stack);
      t.diagnostic(`${count} lines, ${traces.size} traces have some of them`);
    });

    stackTest('while Loki is away nothing is lost and nothing is stored twice', async (stack, t) => {
      await using shop = await openDemo(stack);
      await shop.visit(20);
      await stack.loki.stop();
      await shop.visitWhile(delay(OUTAGE_MS).then(() => stack.loki.start()));
      const back = performance.now();
      await shop.visit(20);
      await shop.stop();
      const count = await everyLineIsStoredOnce(stack, shop);
      t.diagnostic(
        `Loki away ${OUTAGE_MS / 1000} s: all of ${count} lines, ${((performance.now() - back) / 1000).toFixed(1)} s after its return`,
      );
      await nothingLostInCollector(stack);
    });

    stackTest('Loki and the Collector killed while lines come lose none that was acknowledged', async (stack, t) => {
      await using shop = await openDemo(stack);
      await shop.visit(20);
      const kill = async (): Promise<void> => {
        const until = (lines: number): Promise<boolean> => eventually(() => shop.logged().length >= lines, ARRIVAL_DEADLINE_MS);
        await until(shop.logged().length + 20);
        await stack.loki.stop('SIGKILL');
        await until(shop.logged().length + 20);
        await stack.collector.stop('SIGKILL');
        await stack.collector.start();
        await stack.loki.start();
      };
      await shop.visitWhile(kill());
      await shop.stop();
      const count = await everyLineIsStoredOnce(stack, shop);
      t.diagnostic(`all of ${count} lines`);
    });

    stackTest('a record is stored as docs/logs.md says: line, labels, severity, logger, attributes, error', async (stack) => {
      const running = startProgram({
        program: shipped('test/stack/programs/log-everything.cjs'),
        env: {
          OTEL_SERVICE_NAME: 'shop',
          OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=market,deployment.environment.name=test,service.instance.id=shop-1,team=checkout',
          OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
          LOG_OUTPUT: 'otlp',
        },
      });
      const [, port] = await running.output(/port (\d+)/);
      const traceId = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      running.kill('SIGTERM');
      await running.ended;

      const lines = await eventually(async () => {
        const found = await linesOf(stack, traceId);
        // With the access record.
        return found.length >= 407 && found;
      }, ARRIVAL_DEADLINE_MS);
      assert.equal(lines.length, 407);
      const find = (text: string): StoredLine => {
        const found = lines.find(({ line }) => line.startsWith(text));
        assert.ok(found, text);
        return found;
      };

      const late = find('order is late');
      assert.deepEqual(late.labels, { service_name: 'shop', service_namespace: 'market', deployment_environment_name: 'test' });
      const { span_id, observed_timestamp, process_pid, host_name, service_version, ...metadata } = late.metadata;
      assert.match(
        `${span_id} ${observed_timestamp} ${process_pid} ${typeof host_name} ${service_version}`,
        /^[\da-f]{16} \d{19} \d+ string \S+$/,
      );
      assert.deepEqual(metadata, {
        trace_id: traceId,
        flags: '1',
        severity_text: 'warn',
        severity_number: '13',
        detected_level: 'warn',
        scope_name: 'orders',
        service_instance_id: 'shop-1',
        team: 'checkout',
        request_id: late.metadata['request_id'],
        order_id: '17',
        customer_tier: 'gold',
        tags: '["a","b"]',
        paid: 'true',
      });

      const failed = find('payment failed');
      assert.equal(failed.metadata['severity_text'], 'error');
      assert.equal(failed.metadata['exception_type'], 'PaymentError');
      assert.equal(failed.metadata['exception_message'], 'declined');
      assert.match(failed.metadata['exception_stacktrace'] ?? '', /PaymentError: declined\n.*caused by.*Error: no route/is);
      assert.equal(failed.metadata['error_code'], 'E_DECLINED');

      assert.equal(lines.filter(({ line }) => line === 'tick').length, 200, 'the same line 200 times');
      const steps = lines.map(({ line }) => line).filter((line) => line.startsWith('step '));
      assert.deepEqual(
        steps,
        Array.from({ length: 200 }, (_, i) => `step ${i}`),
        'in the order in which they were logged',
      );

      const names = find('names').metadata;
      assert.deepEqual(JSON.parse(names['fields'] ?? ''), { имя: 'Анна', 名前: 'hanako', _: 3 });
      assert.deepEqual([names['a_b'], names['key_9']], ['1', 'nine']);
      assert.match(find('line 1').line, /^line 1\nline 2 .*"quoted" \{\{\.x\}\} 😀$/s);
      assert.equal(find('xxx').line.length, 60_000);
      assert.equal(find('GET / 200').metadata['scope_name'], 'access');
      await documentedQueriesAreAnswered(stack, traceId);
      await nothingLostInCollector(stack);
    });

    stackTest('a request with a record that Loki would refuse loses none of its other records', async (stack) => {
      const body = logsRequest('shop', ['good 1', 'bad', 'good 2']) as {
        resourceLogs: [{ scopeLogs: [{ logRecords: Array<{ attributes?: object[]; body?: object }> }] }];
      };
      const [, bad] = body.resourceLogs[0].scopeLogs[0].logRecords;
      assert.ok(bad);
      bad.attributes = [
        { key: '', value: { stringValue: 'no name' } },
        ...Array.from({ length: 1000 }, (_, i) => ({ key: `key ${i}`, value: { stringValue: 'v'.repeat(1000) } })),
      ];
      bad.body = { stringValue: `bad ${'x'.repeat(2_000_000)}` };
      assert.ok(await sendOtlp(stack.urls.otlpHttp, 'logs', body));
      const lines = await eventually(async () => {
        const found = await stack.loki.lines('{service_name="shop"}');
        return found.length === 3 && found;
      });
      assert.deepEqual(
        lines.map(({ line }) => line.slice(0, 6)),
        ['good 1', 'bad xx', 'good 2'],
      );
      assert.equal(lines[1]?.metadata['key_999'], 'v'.repeat(1000));
      await nothingLostInCollector(stack);
    });
  },
);

test('docs/logs.md names the labels that loki/config.yaml makes', () => {
  const config = readFileSync(shipped('loki/config.yaml'), 'utf8');
  const [, list = ''] = /action: index_label, attributes: \[([^\]]+)\]/.exec(config) ?? [];
  const labels = list.split(', ').map((name) => name.replaceAll('.', '_'));
  assert.equal(labels.length, 3);
  const guide = readFileSync(shipped('docs/logs.md'), 'utf8');
  for (const label of labels) assert.ok(guide.includes(`\`${label}\``), label);
});
