import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { startLine } from '../../../src/diagnostics/start-line.ts';
import { telemetryState } from '../../../src/runtime/end-work.ts';
import { version } from '../../../src/version.ts';

const line = (env: Record<string, string>, serviceVersion?: string): string => startLine(loadConfig(env).config, 'shop', serviceVersion);

describe('the start line', () => {
  it('says who sends what where, in one sentence', () => {
    assert.equal(
      line({}, '1.4.2'),
      `signalbox ${version}: shop 1.4.2 sends traces, metrics and logs to http://localhost:4318 (http/protobuf), sampler parentbased_always_on, no ops port (SIGNALBOX_OPS=true opens it), Node.js ${process.versions.node}.`,
    );
  });

  it('names each target once, the console too, and leaves out what goes nowhere', () => {
    const said = line({
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs:4317',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    assert.match(said, /: shop sends traces to the console, logs to https:\/\/logs:4317 \(grpc\), sampler traceidratio 0\.25, /);
  });

  it('says where log lines go, when the application has a logger', () => {
    telemetryState.logLinesTo = 'stdout (json) and /var/log/shop';
    assert.match(
      line({}),
      / to http:\/\/localhost:4318 \(http\/protobuf\), writes log lines to stdout \(json\) and \/var\/log\/shop, sampler /,
    );
    telemetryState.logLinesTo = undefined;
  });

  it('says where the ops port is', () => {
    assert.match(line({ SIGNALBOX_OPS: 'true' }), /, serves \/metrics and \/health on http:\/\/127\.0\.0\.1:9464, Node/);
    assert.match(line({ SIGNALBOX_OPS_HOST: '::1', OTEL_EXPORTER_PROMETHEUS_PORT: '9000' }), /on http:\/\/\[::1\]:9000, /);
    assert.match(line({ SIGNALBOX_OPS_PORT: '0' }), /on a free port, /);
    assert.match(line({ SIGNALBOX_OPS_PORT: '9000', SIGNALBOX_OPS: 'false' }), /no ops port/);
    const alone = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'prometheus', OTEL_LOGS_EXPORTER: 'none' };
    assert.match(line(alone), /sends nothing, sampler .* serves \/metrics/);
  });

  it('says where the port is that the application has opened itself', () => {
    telemetryState.opsUrl = 'http://127.0.0.1:38683';
    try {
      assert.match(line({}), /, serves \/metrics and \/health on http:\/\/127\.0\.0\.1:38683, Node/);
      assert.match(line({ SIGNALBOX_OPS_PORT: '0' }), /on http:\/\/127\.0\.0\.1:38683, Node/);
    } finally {
      telemetryState.opsUrl = undefined;
    }
  });

  it('says that nothing is sent', () => {
    assert.match(
      line({ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }),
      /sends nothing \(all exporters are "none"\)/,
    );
  });

  it('shows neither credentials nor queries', () => {
    assert.doesNotMatch(
      line({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@host:4318/?token=secret', OTEL_EXPORTER_OTLP_HEADERS: 'a=secret' }),
      /secret/,
    );
  });
});
