/** The exporters of OpenTelemetry JS really send to the receiver. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startReceiver, type Receiver } from '../../../src/receiver/receiver.ts';
import { createStore } from '../../../src/receiver/store.ts';
import type { DeliveryMeta } from '../../../src/receiver/exchange.ts';
import { expectedLogs, expectedMetrics, expectedSpans, loadExporters, logs, metrics, spans } from '../otlp/decode/rich-records.ts';

const store = createStore();
const metas: DeliveryMeta[] = [];
let receiver: Receiver;

before(async () => {
  const { onTraces, onMetrics, onLogs } = store.handlers;
  receiver = await startReceiver({
    onTraces: (records, meta) => (metas.push(meta), onTraces?.(records, meta)),
    onMetrics: (records, meta) => (metas.push(meta), onMetrics?.(records, meta)),
    onLogs: (records, meta) => (metas.push(meta), onLogs?.(records, meta)),
  });
});
after(() => receiver.close());

const isSuccess = ({ code, error }: { code: number; error?: Error }): void => assert.equal(code, 0, error?.message);

for (const [protocol, name] of [
  ['proto', 'http/protobuf'],
  ['http', 'http/json'],
  ['grpc', 'grpc'],
] as const) {
  for (const compression of ['none', 'gzip'] as const) {
    test(`all three signals arrive by ${name} with compression ${compression}`, async () => {
      store.clear();
      metas.length = 0;
      const { Traces, Metrics, Logs } = loadExporters(protocol);
      const options = (path: string) => ({ url: protocol === 'grpc' ? receiver.grpcUrl : receiver.httpUrl + path, compression });
      const exporters = [new Traces(options('/v1/traces')), new Metrics(options('/v1/metrics')), new Logs(options('/v1/logs'))] as const;
      const [traceExporter, metricExporter, logExporter] = exporters;
      try {
        isSuccess(await new Promise((resolve) => traceExporter.export(spans, resolve)));
        isSuccess(await new Promise((resolve) => metricExporter.export(metrics, resolve)));
        isSuccess(await new Promise((resolve) => logExporter.export(logs, resolve)));
      } finally {
        await Promise.all(exporters.map((exporter) => exporter.shutdown()));
      }
      assert.deepEqual(store.spans(), expectedSpans);
      assert.deepEqual(store.metrics(), expectedMetrics);
      assert.deepEqual(store.logs(), expectedLogs);
      assert.deepEqual(
        metas.map(({ signal }) => signal),
        ['traces', 'metrics', 'logs'],
      );
      for (const meta of metas) {
        assert.deepEqual([meta.protocol, meta.compression], [name, compression === 'gzip' ? 'gzip' : 'identity']);
        assert.equal(meta.compressedBytes < meta.uncompressedBytes, compression === 'gzip');
      }
    });
  }
}

for (const protocol of ['proto', 'grpc'] as const) {
  test(`a refusal reaches the official exporter by ${protocol}`, async (t) => {
    const refusing = await startReceiver({ respond: () => ({ action: 'refuse', httpStatus: 400, grpcStatus: 3, message: 'no, thanks' }) });
    t.after(() => refusing.close());
    const { Traces } = loadExporters(protocol);
    const exporter = new Traces({ url: protocol === 'grpc' ? refusing.grpcUrl : `${refusing.httpUrl}/v1/traces` });
    const result = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export(spans, resolve));
    await exporter.shutdown();
    assert.equal(result.code, 1);
    assert.match(String(result.error?.message), protocol === 'grpc' ? /3 INVALID_ARGUMENT: no, thanks/ : /Bad Request/);
  });
}
