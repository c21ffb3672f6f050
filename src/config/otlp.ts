/**
 * Where and how one signal leaves.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
import type { Compression, OtlpConfig, OtlpSetting, Protocol, Signal } from './config.ts';
import type { Found, SettingsReader } from './read-settings.ts';
import type { ParsedUrl } from './read-url.ts';
import { showValue } from './show-value.ts';

const GRPC_PORT = 4317;
const HTTP_PORT = 4318;

export function readOtlp(signal: Signal, reader: SettingsReader): OtlpConfig {
  const name = (what: string): string => `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`;
  const headers = new Map<string, string>();
  for (const layer of reader.layers(name('HEADERS'))) {
    for (const [key, value] of Object.entries(layer.value as Record<string, string>)) headers.set(key, value);
  }
  const endpoint = reader.find(name('ENDPOINT'));
  const chosenProtocol = reader.find(name('PROTOCOL'));
  const port = (endpoint?.value as ParsedUrl | undefined)?.port;
  const protocol = (chosenProtocol?.value as Protocol | undefined) ?? (port === GRPC_PORT ? 'grpc' : 'http/protobuf');
  const isGrpc = protocol === 'grpc';
  const insecure = reader.find(name('INSECURE'));

  if (endpoint && chosenProtocol && port === (isGrpc ? HTTP_PORT : GRPC_PORT)) {
    reader.report(
      'contradiction',
      endpoint.label,
      `${endpoint.label} must have port ${isGrpc ? GRPC_PORT : HTTP_PORT} for ${protocol} (${chosenProtocol.label}), got ${port}, the port of ${isGrpc ? 'OTLP over HTTP' : 'gRPC'}. ` +
        `Using it all the same; if nothing arrives, change the port or set ${chosenProtocol.label} to ${isGrpc ? 'http/protobuf' : 'grpc'}.`,
    );
  }

  let url: string;
  if (!endpoint) url = isGrpc ? `http://localhost:${GRPC_PORT}` : `http://localhost:${HTTP_PORT}/v1/${signal}`;
  else {
    const target = chooseScheme(endpoint, isGrpc, insecure, headers.size > 0, reader);
    url = isGrpc ? grpcTarget(endpoint, target, reader) : httpTarget(endpoint, target, signal, reader);
  }

  return {
    protocol,
    url,
    headers: Object.fromEntries(headers),
    timeoutMs: reader.get(name('TIMEOUT')) as number,
    compression: reader.get(name('COMPRESSION')) as Compression,
    ...readTlsFiles(name, reader),
    ...settingsInForce(name, reader),
  };
}

const NAMED_IN_MESSAGES: readonly OtlpSetting[] = [
  'ENDPOINT',
  'PROTOCOL',
  'HEADERS',
  'TIMEOUT',
  'COMPRESSION',
  'CERTIFICATE',
  'CLIENT_CERTIFICATE',
  'CLIENT_KEY',
];

function settingsInForce(name: (what: string) => string, reader: SettingsReader): Pick<OtlpConfig, 'settings'> {
  const settings: Partial<Record<OtlpSetting, string>> = {};
  for (const what of NAMED_IN_MESSAGES) {
    const label = reader.find(name(what))?.label;
    if (label !== undefined) settings[what] = label;
  }
  return Object.keys(settings).length === 0 ? {} : { settings };
}

function chooseScheme(endpoint: Found, isGrpc: boolean, insecure: Found | undefined, hasHeaders: boolean, reader: SettingsReader): URL {
  const parsed = endpoint.value as ParsedUrl;
  const url = new URL(parsed.url);
  if (parsed.hasScheme) return url;
  const isSaid = isGrpc && insecure !== undefined;
  // gRPC is secure unless it is said otherwise (specification); over HTTP a guess must not show credentials to the network.
  const isSecure = isSaid ? insecure.value !== true : (isGrpc || hasHeaders) && !isLoopback(url.hostname);
  if (isSecure) {
    url.protocol = 'https:';
    if (parsed.port !== undefined) url.port = String(parsed.port); // port 80 was lost as the default of the stand-in
  }
  if (!isSaid) {
    reader.report(
      'bad-value',
      endpoint.label,
      `${endpoint.label} must begin with http:// or https://, got ${showValue(parsed.authority, true)} without it. Using ${show(url)}.`,
    );
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function grpcTarget(endpoint: Found, url: URL, reader: SettingsReader): string {
  // Always with the port: without one a gRPC client takes 443, also for http.
  const target = `${url.protocol}//${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  if (url.pathname !== '/' || url.search !== '') {
    reader.report(
      'bad-value',
      endpoint.label,
      `${endpoint.label} must have no path when the protocol is grpc, got ${show(url)}. Using ${target}; for OTLP over HTTP use port ${HTTP_PORT} or set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf.`,
    );
  }
  return target;
}

function httpTarget(endpoint: Found, url: URL, signal: Signal, reader: SettingsReader): string {
  const { label, setting } = endpoint;
  if (setting.general !== undefined) {
    if (url.pathname === '/') {
      reader.report(
        'bad-value',
        label,
        `${label} must have a path, for it is used as it is, got ${show(url)}. Sending to the path "/"; an OpenTelemetry Collector wants "/v1/${signal}" there.`,
      );
    }
    return url.href;
  }
  const written = show(url);
  url.pathname = url.pathname.replace(/\/*$/, '');
  const base = /^(.*?)\/+v1(?:\/+(?:traces|metrics|logs))?$/i.exec(url.pathname);
  if (base) {
    url.pathname = base[1]!;
    reader.report(
      'bad-value',
      label,
      `${label} must be without /v1, /v1/traces, /v1/metrics and /v1/logs, which are added to it, got ${written}. Using ${show(url)}.`,
    );
  }
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url.href;
}

function show(url: URL): string {
  return showValue(url.pathname === '/' ? url.origin + url.search : url.href, true).slice(1, -1);
}

function readTlsFiles(
  name: (what: string) => string,
  reader: SettingsReader,
): Pick<OtlpConfig, 'caFile' | 'clientCertificateFile' | 'clientKeyFile'> {
  const ca = reader.find(name('CERTIFICATE'));
  const certificate = reader.find(name('CLIENT_CERTIFICATE'));
  const key = reader.find(name('CLIENT_KEY'));
  reportMissingHalf(certificate, name('CLIENT_KEY'), reader);
  reportMissingHalf(key, name('CLIENT_CERTIFICATE'), reader);
  return {
    ...(ca && { caFile: ca.value as string }),
    ...(certificate && key && { clientCertificateFile: certificate.value as string, clientKeyFile: key.value as string }),
  };
}

function reportMissingHalf(half: Found | undefined, otherName: string, reader: SettingsReader): void {
  if (!half || reader.isSet(otherName)) return; // set and unusable was already said
  const other = half.label.includes('CLIENT_KEY')
    ? half.label.replace('CLIENT_KEY', 'CLIENT_CERTIFICATE')
    : half.label.replace('CLIENT_CERTIFICATE', 'CLIENT_KEY');
  reader.report(
    'contradiction',
    half.label,
    `${half.label} must stand beside ${other}, got it alone. Sending without a client certificate.`,
  );
}
