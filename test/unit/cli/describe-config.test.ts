import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settings } from '../../../src/config/settings.ts';
import { describeConfig } from '../../../src/cli/describe-config.ts';

describe('signalbox config', () => {
  it('shows every setting that counts, each with its value or its default', () => {
    const { text, isRight } = describeConfig({});
    assert.equal(isRight, true);
    assert.match(text, /Problems:\n {2}none\n$/);
    for (const { name, group } of settings) {
      if (group !== 'one-signal' && group !== 'no-effect') assert.match(text, new RegExp(`^ {2}${name} +\\S`, 'm'), name);
    }
    assert.match(text, /traces +http:\/\/localhost:4318\/v1\/traces \(http\/protobuf\)/);
    assert.match(text, /OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT +128/);
  });

  it('says what is set, where a value comes from, and what is wrong', () => {
    const { text, isRight } = describeConfig({
      OTEL_SERVICE_NAME: 'shop',
      OTEL_LOG_LEVEL: 'debug',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '500',
    });
    assert.equal(isRight, false);
    assert.match(text, /Set in this environment:[^]*OTEL_SERVICE_NAME +shop\n[^]*OTEL_EXPORTER_OTLP_TRACES_TIMEOUT +500\n[^]*Not set/);
    assert.match(text, /SIGNALBOX_LOG_LEVEL +debug \(from OTEL_LOG_LEVEL\)/);
    assert.match(text, /metrics +nowhere/);
    assert.match(text, /Problems:\n {2}OTEL_BSP_SCHEDULE_DELAY must be .*, got "soon"\. Using 5000\.\n$/);
  });

  it('shows no secret', () => {
    const { text } = describeConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@host:4318/path?token=secret',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x=secret',
      OTEL_RESOURCE_ATTRIBUTES: 'db.password=secret',
      SIGNALBOX_INSTRUMENTATION_OPTIONS: '{"pg":{"password":"secret"}}',
    });
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /OTEL_RESOURCE_ATTRIBUTES +db\.password\n/);
    assert.match(text, /OTEL_EXPORTER_OTLP_HEADERS +a value that is not shown/);
  });

  it('moves no cursor', () => {
    const { text } = describeConfig({ OTEL_SERVICE_NAME: 'a\u202eb', OTEL_PROPAGATORS: '\u001b[2J' });
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u202e]/);
  });

  it('says that nothing is sent when it is disabled', () =>
    assert.match(describeConfig({ OTEL_SDK_DISABLED: 'true' }).text, /traces +nowhere \(OTEL_SDK_DISABLED\)/));
});
