import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { StartOptions } from '../../../src/config/start-options.ts';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
const SECRET = 'S3CR3T';

const PEM: Readonly<Record<string, string>> = {
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  'cert.pem': '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  'key.pem': '-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n',
  'rsa.pem': '-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n',
};

function readText(path: string): string {
  const text = PEM[path];
  if (text === undefined) throw Object.assign(new Error(), { code: path === 'forbidden.pem' ? 'ERR_ACCESS_DENIED' : 'ENOENT' });
  return text;
}

function load(env: Record<string, string>, options?: StartOptions): { config: Config; messages: string[] } {
  const { config, problems } = loadConfig(env, options, readText);
  return { config, messages: problems.map(({ message }) => message) };
}

function urls(env: Record<string, string>): string[] {
  const { config, messages } = load(env);
  assert.deepEqual(messages, []);
  return [config.traces.otlp.url, config.metrics.otlp.url, config.logs.otlp.url];
}

test('without settings everything goes to the local Collector over HTTP', () => {
  assert.deepEqual(urls({}), ['http://localhost:4318/v1/traces', 'http://localhost:4318/v1/metrics', 'http://localhost:4318/v1/logs']);
});

test('the general endpoint gets the path of each signal, whatever slashes end it, and keeps its own path and query', () => {
  for (const slashes of ['', '/', '//']) {
    assert.deepEqual(urls({ [ENDPOINT]: `https://collector:4318${slashes}` }), [
      'https://collector:4318/v1/traces',
      'https://collector:4318/v1/metrics',
      'https://collector:4318/v1/logs',
    ]);
  }
  assert.equal(urls({ [ENDPOINT]: 'https://host/otlp/?tenant=a' })[0], 'https://host/otlp/v1/traces?tenant=a');
});

test('an endpoint of one signal is used as it is', () => {
  assert.deepEqual(urls({ [ENDPOINT]: 'http://all:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in?x=1' }), [
    'https://traces.example/in?x=1',
    'http://all:4318/v1/metrics',
    'http://all:4318/v1/logs',
  ]);
});

test('an endpoint of one signal without a path is used and reported, for a Collector would answer 404', () => {
  const { config, messages } = load({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318' });
  assert.equal(config.traces.otlp.url, 'http://collector:4318/');
  assert.deepEqual(messages, [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must have a path, for it is used as it is, got http://collector:4318. Sending to the path "/"; an OpenTelemetry Collector wants "/v1/traces" there.',
  ]);
});

test('a general endpoint that ends in the path of a signal is cut back and reported', () => {
  for (const path of ['/v1/traces', '/v1/metrics/', '//v1/logs']) {
    const { config, messages } = load({ [ENDPOINT]: `http://collector:4318/base${path}` });
    assert.equal(config.logs.otlp.url, 'http://collector:4318/base/v1/logs');
    assert.equal(messages.length, 1);
    assert.match(messages[0]!, /Using http:\/\/collector:4318\/base\.$/);
  }
});

test('the protocol is told from the port', () => {
  for (const [endpoint, protocol] of [
    ['http://c:4317', 'grpc'],
    ['http://c:4318', 'http/protobuf'],
    ['https://c', 'http/protobuf'],
    ['http://[::1]:4317', 'grpc'],
  ] as const) {
    const { config, messages } = load({ [ENDPOINT]: endpoint });
    assert.equal(config.traces.otlp.protocol, protocol, endpoint);
    assert.deepEqual(messages, []);
  }
  const { config } = load({ [ENDPOINT]: 'http://c:4317', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://d:4318/v1/logs' });
  assert.deepEqual([config.traces.otlp.protocol, config.logs.otlp.protocol], ['grpc', 'http/protobuf']);
});

test('a gRPC endpoint is scheme, host and port, always all three', () => {
  assert.deepEqual(urls({ [PROTOCOL]: 'grpc' }), Array(3).fill('http://localhost:4317'));
  assert.equal(urls({ [PROTOCOL]: 'grpc', [ENDPOINT]: 'https://api.example' })[0], 'https://api.example:443');
  assert.equal(urls({ [PROTOCOL]: 'grpc', [ENDPOINT]: 'http://api.example/' })[0], 'http://api.example:80');
  assert.equal(urls({ [PROTOCOL]: 'GRPC', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://api.example:4317' })[0], 'http://api.example:4317');
});

test('the path of a gRPC endpoint is left off and reported once', () => {
  const { config, messages } = load({ [ENDPOINT]: 'http://c:4317/v1/traces' });
  assert.equal(config.logs.otlp.url, 'http://c:4317');
  assert.deepEqual(messages, [
    'OTEL_EXPORTER_OTLP_ENDPOINT must have no path when the protocol is grpc, got http://c:4317/v1/traces. Using http://c:4317; for OTLP over HTTP use port 4318 or set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf.',
  ]);
});

test('a protocol that contradicts the port is obeyed and reported', () => {
  const http = load({ [ENDPOINT]: 'http://c:4317', [PROTOCOL]: 'http/protobuf' });
  assert.equal(http.config.traces.otlp.url, 'http://c:4317/v1/traces');
  assert.deepEqual(http.messages, [
    'OTEL_EXPORTER_OTLP_ENDPOINT must have port 4318 for http/protobuf (OTEL_EXPORTER_OTLP_PROTOCOL), got 4317, the port of gRPC. Using it all the same; if nothing arrives, change the port or set OTEL_EXPORTER_OTLP_PROTOCOL to grpc.',
  ]);
  const grpc = load({ [ENDPOINT]: 'http://c:4318', [PROTOCOL]: 'grpc' });
  assert.equal(grpc.config.traces.otlp.url, 'http://c:4318');
  assert.match(
    grpc.messages.join(),
    /^OTEL_EXPORTER_OTLP_ENDPOINT must have port 4317 for grpc .* OTEL_EXPORTER_OTLP_PROTOCOL to http\/protobuf\.$/,
  );
});

test('an endpoint without a scheme is reported with its cure, and a scheme is guessed that does not show credentials', () => {
  const cases = [
    [{ [ENDPOINT]: 'localhost:4318' }, 'http://localhost:4318/v1/traces'],
    [{ [ENDPOINT]: 'collector:4318' }, 'http://collector:4318/v1/traces'],
    [{ [ENDPOINT]: 'collector:4318', [HEADERS]: 'a=b' }, 'https://collector:4318/v1/traces'],
    [{ [ENDPOINT]: 'localhost:4318', [HEADERS]: 'a=b' }, 'http://localhost:4318/v1/traces'],
    [{ [ENDPOINT]: 'collector:4317' }, 'https://collector:4317'],
    [{ [ENDPOINT]: 'localhost:4317' }, 'http://localhost:4317'],
    [{ [ENDPOINT]: 'collector:80', [PROTOCOL]: 'grpc' }, 'https://collector:80'],
    [{ [ENDPOINT]: 'collector', [PROTOCOL]: 'grpc' }, 'https://collector:443'],
    [{ [ENDPOINT]: 'collector:443' }, 'http://collector:443/v1/traces'],
    [{ [ENDPOINT]: 'collector:443', [HEADERS]: 'a=b' }, 'https://collector/v1/traces'],
  ] as const;
  for (const [env, url] of cases) {
    const { config, messages } = load(env);
    assert.equal(config.traces.otlp.url, url, JSON.stringify(env));
    assert.equal(messages.length, 1);
    assert.match(messages[0]!, /^OTEL_EXPORTER_OTLP_ENDPOINT must begin with http:\/\/ or https:\/\/, got ".*" without it\. Using http/);
  }
});

test('OTEL_EXPORTER_OTLP_INSECURE decides for a gRPC endpoint without a scheme, and only for that', () => {
  const insecure = 'OTEL_EXPORTER_OTLP_INSECURE';
  assert.equal(urls({ [ENDPOINT]: 'collector:4317', [insecure]: 'true' })[0], 'http://collector:4317');
  assert.equal(urls({ [ENDPOINT]: 'collector:4317', [insecure]: 'false' })[0], 'https://collector:4317');
  assert.equal(urls({ [ENDPOINT]: 'https://collector:4317', [insecure]: 'true' })[0], 'https://collector:4317');
  assert.deepEqual(urls({ [ENDPOINT]: 'collector:4317', [insecure]: 'false', OTEL_EXPORTER_OTLP_LOGS_INSECURE: 'true' }), [
    'https://collector:4317',
    'https://collector:4317',
    'http://collector:4317',
  ]);
  assert.equal(load({ [ENDPOINT]: 'collector:4318', [insecure]: 'true' }).messages.length, 1);
});

test('credentials in an endpoint are dropped and never printed', () => {
  for (const endpoint of [
    `http://user:${SECRET}@host:4318`,
    `http://${SECRET}@host:4318`,
    `user:${SECRET}@host:4318`,
    `http://user:p@${SECRET}@host:4318`,
  ]) {
    const { config, messages } = load({ [ENDPOINT]: endpoint });
    assert.equal(config.traces.otlp.url, 'http://host:4318/v1/traces');
    assert.match(messages[0]!, /^OTEL_EXPORTER_OTLP_ENDPOINT must be a URL without a user name or password/);
    assert.doesNotMatch(messages.join(), new RegExp(SECRET));
  }
  for (const endpoint of [
    `http://user:${SECRET}@host:99999`,
    `ftp://user:${SECRET}@host`,
    `http://host:99999/?token=${SECRET}`,
    `http://host:4317/?token=${SECRET}`,
    `host:4318?token=${SECRET}`,
    `http://host:4318/v1/traces?token=${SECRET}`,
  ]) {
    const { messages } = load({ [ENDPOINT]: endpoint });
    assert.notEqual(messages.length, 0);
    assert.doesNotMatch(messages.join(), new RegExp(SECRET), endpoint);
  }
});

test('a bad endpoint of one signal falls back to the general one, and says so', () => {
  const { config, messages } = load({ [ENDPOINT]: 'http://all:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://host:99999' });
  assert.equal(config.traces.otlp.url, 'http://all:4318/v1/traces');
  assert.deepEqual(messages, [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be a URL such as http://localhost:4318, got "http://host:99999" (a port is a number from 1 to 65535). Using OTEL_EXPORTER_OTLP_ENDPOINT.',
  ]);
});

test('headers are percent-decoded, in lower case, and those of a signal are added to the general ones', () => {
  const { config, messages } = load({ [HEADERS]: 'Authorization=Bearer%20x%3D%3D, a = 1 ,', OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'A=2,b=x=y' });
  assert.deepEqual(messages, []);
  assert.deepEqual(config.traces.otlp.headers, { authorization: 'Bearer x==', a: '1' });
  assert.deepEqual(config.logs.otlp.headers, { authorization: 'Bearer x==', a: '2', b: 'x=y' });
});

test('a bad header falls alone and shows nothing of itself', () => {
  for (const bad of [
    `Authorization: Bearer ${SECRET}`,
    `Bearer ${SECRET}=`,
    `a=${SECRET}%0D%0AX: y`,
    `a=${SECRET}%ZZ`,
    `a=${SECRET}ü`,
    `a=${SECRET}${'x'.repeat(9000)}`,
    `content-length=${SECRET}`,
    `__proto__=${SECRET}`,
  ]) {
    const { config, messages } = load({ [HEADERS]: `good=1,${bad}` });
    assert.deepEqual(config.traces.otlp.headers, { good: '1' });
    assert.equal(messages.length, 1);
    assert.match(
      messages[0]!,
      /^OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs separated by commas, got a value in which pair 2 .*\. The other pairs are used\.$/,
    );
    assert.doesNotMatch(messages[0]!, new RegExp(SECRET));
  }
});

test('certificates are checked when the settings are read', () => {
  const { config, messages } = load({
    OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'cert.pem',
    OTEL_EXPORTER_OTLP_CLIENT_KEY: 'key.pem',
    OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: 'rsa.pem',
  });
  assert.deepEqual(messages, []);
  const { caFile, clientCertificateFile, clientKeyFile } = config.traces.otlp;
  assert.deepEqual(
    [caFile, clientCertificateFile, clientKeyFile, config.logs.otlp.clientKeyFile],
    ['ca.pem', 'cert.pem', 'key.pem', 'rsa.pem'],
  );
  assert.deepEqual(load({ OTEL_EXPORTER_OTLP_CERTIFICATE: 'gone.pem' }).messages, [
    'OTEL_EXPORTER_OTLP_CERTIFICATE must be a PEM file with a certificate, got "gone.pem" (ENOENT). Using the default: the certificates that Node.js trusts.',
  ]);
  assert.match(load({ OTEL_EXPORTER_OTLP_CERTIFICATE: 'forbidden.pem' }).messages.join(), /\(ERR_ACCESS_DENIED\)/);
  assert.match(load({ OTEL_EXPORTER_OTLP_CERTIFICATE: 'key.pem' }).messages.join(), /\(it holds none\)/);
});

test('a client key without its certificate, and the reverse, is reported once and neither is used', () => {
  for (const [half, other, file] of [
    ['KEY', 'CERTIFICATE', 'key.pem'],
    ['CERTIFICATE', 'KEY', 'cert.pem'],
  ] as const) {
    const { config, messages } = load({ [`OTEL_EXPORTER_OTLP_CLIENT_${half}`]: file });
    assert.deepEqual(messages, [
      `OTEL_EXPORTER_OTLP_CLIENT_${half} must stand beside OTEL_EXPORTER_OTLP_CLIENT_${other}, got it alone. Sending without a client certificate.`,
    ]);
    assert.deepEqual([config.traces.otlp.clientCertificateFile, config.traces.otlp.clientKeyFile], [undefined, undefined]);
  }
  const { messages } = load({ OTEL_EXPORTER_OTLP_CLIENT_KEY: 'gone.pem', OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'cert.pem' });
  assert.equal(messages.length, 1, 'the missing file is the mistake, not the pair');
});

test('a timeout of 0 is the longest one that a timer holds', () => {
  const { config, messages } = load({ OTEL_EXPORTER_OTLP_TIMEOUT: '0', OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '250' });
  assert.deepEqual(messages, []);
  assert.deepEqual([config.traces.otlp.timeoutMs, config.logs.otlp.timeoutMs], [2 ** 31 - 1, 250]);
});

test('what each setting was written under is known, for one signal, for all, and in code', () => {
  const { config } = loadConfig(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://b:4318/v1/logs',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5',
    },
    { headers: { a: '1' } },
  );
  const common = { HEADERS: 'headers', TIMEOUT: 'OTEL_EXPORTER_OTLP_TIMEOUT' };
  assert.deepEqual(config.traces.otlp.settings, { ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', ...common });
  assert.deepEqual(config.logs.otlp.settings, { ENDPOINT: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', ...common });
});

test('what code says about the endpoint wins over the environment, also over settings for one signal', () => {
  const env = {
    [ENDPOINT]: 'http://env:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/v1/traces',
    [PROTOCOL]: 'http/json',
    [HEADERS]: 'a=env,b=env',
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '1',
  };
  const { config, messages } = load(env, {
    endpoint: 'http://code:4318',
    protocol: 'http/protobuf',
    headers: { A: 'code' },
    timeoutMs: 770,
    compression: 'gzip',
  });
  assert.deepEqual(messages, []);
  assert.deepEqual(config.traces.otlp, {
    protocol: 'http/protobuf',
    url: 'http://code:4318/v1/traces',
    headers: { a: 'code', b: 'env' },
    timeoutMs: 770,
    compression: 'gzip',
    settings: { ENDPOINT: 'endpoint', PROTOCOL: 'protocol', HEADERS: 'headers', TIMEOUT: 'timeoutMs', COMPRESSION: 'compression' },
  });
  assert.equal(config.logs.otlp.timeoutMs, 770);
});
