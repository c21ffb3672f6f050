/** Sentry's client: errors only. It gets no instrumentation, no listener of the process and no way out but signalbox's own. */
import type { SpanContext } from '@opentelemetry/api';
import { errorText } from '../../diagnostics/error-text.ts';
import { contain } from '../../runtime/contain.ts';
import { telemetryState } from '../../runtime/end-work.ts';
import { errorDelivery, type EnvelopeOutlet } from '../../runtime/error-delivery.ts';
import { api } from '../../runtime/otel.ts';
import type { Captured } from './capture.ts';
import { countDropped } from './count-dropped.ts';
import { encodeEnvelope, type Envelope } from './envelope.ts';
import { loadSentry } from './load-sentry.ts';
import { activeIds, useContextScopes, withIds } from './scopes.ts';
import type { SentryClient, SentryCore, SentryEvent, SentryScope } from './sentry-module.ts';
import { hasDsn, type SentrySettings } from './settings.ts';

export interface RunningSentry {
  send(captured: Captured): void;
  checkIn(checkIn: object, monitorConfig: object | undefined): void;
  /** What Sentry keeps back goes to its transport. */
  gather(): void;
  /** Another client takes its place. */
  close(): void;
}

/** `undefined` where it cannot run, which is said. */
export function startClient(settings: SentrySettings): RunningSentry | undefined {
  const { reporter } = settings;
  if (!hasDsn(settings)) return undefined;
  const core = loadSentry(reporter);
  if (core === undefined) return undefined;
  try {
    const own = core.getClient();
    if (own !== undefined && !ours.has(own)) return useClientOfApplication(own, core, settings);
    let outlet: EnvelopeOutlet | undefined;
    const client = createClient(core, settings, (opened) => (outlet = opened));
    ours.add(client);
    useContextScopes(core, client);
    client.init();
    client.on('preprocessEvent', addIds);
    return runWith(client, core, () => outlet?.close());
  } catch (error) {
    reporter.say('sentry.not-started', `Sentry did not start: ${errorText(error)}. No error is sent there.`);
    return undefined;
  }
}

const ours = new WeakSet<SentryClient>();

function useClientOfApplication(client: SentryClient, core: SentryCore, { reporter }: SentrySettings): RunningSentry {
  client.on('preprocessEvent', addIds);
  reporter.say(
    'sentry.own-client',
    'The application calls Sentry.init() itself: errors go through that client, by its options, and get the ids of spans. signalbox redacts and limits nothing there.',
  );
  const running = runWith(client, core, () => {});
  return {
    ...running,
    send(captured) {
      // Its own integrations listen for what nobody catches.
      if (captured.mechanism.handled) running.send(captured);
    },
  };
}

function createClient(core: SentryCore, settings: SentrySettings, onOpen: (outlet: EnvelopeOutlet) => void): SentryClient {
  const { beforeSend, dsn, environment, sampleRate, serverName, sourceLines } = settings;
  const options = {
    dsn,
    environment: environment ?? telemetryState.service?.environment ?? 'production',
    release: releaseOf(settings),
    sampleRate,
    serverName,
    platform: 'node',
    runtime: { name: 'node', version: process.version },
    stackParser: core.createStackParser(core.nodeStackLineParser()),
    integrations: [core.linkedErrorsIntegration()],
    sendClientReports: false,
    // Spans are OpenTelemetry's affair.
    traceLifecycle: 'static',
    transport: ({ url }: { url: string }) => createTransport(url, core.SDK_VERSION, sourceLines, onOpen),
    ...(beforeSend === undefined ? {} : { beforeSend: countingDrops(beforeSend) }),
  };
  core.applySdkMetadata(options, 'node');
  return new core.ServerRuntimeClient(options);
}

function releaseOf({ release, commit }: SentrySettings): string | undefined {
  const { name, version } = telemetryState.service ?? {};
  return release ?? (version === undefined ? commit : `${name}@${version}`);
}

function countingDrops(beforeSend: NonNullable<SentrySettings['beforeSend']>): NonNullable<SentrySettings['beforeSend']> {
  return (event, hint) => {
    const result = beforeSend(event, hint);
    if (result === null) countDropped('before_send');
    return result;
  };
}

function addIds(event: SentryEvent): void {
  const ids = activeIds();
  if (ids !== undefined) event.contexts = { ...event.contexts, trace: { ...event.contexts?.['trace'], ...ids } };
}

interface SentryTransport {
  send(envelope: Envelope): Promise<object>;
  flush(timeoutMs?: number): Promise<boolean>;
}

const FLUSH_MS = 5000;

function createTransport(url: string, version: string, hasSourceLines: boolean, onOpen: (outlet: EnvelopeOutlet) => void): SentryTransport {
  const outlet = errorDelivery.open?.({ kind: 'errors', url, userAgent: `sentry.javascript.node/${version}`, onDropped: countDropped });
  if (outlet !== undefined) onOpen(outlet);
  return {
    async send(envelope) {
      contain('encoding an envelope', () => {
        const encoded = encodeEnvelope(envelope, hasSourceLines);
        if (encoded !== undefined) outlet?.send(encoded);
      });
      return {};
    },
    async flush(timeoutMs = FLUSH_MS) {
      await outlet?.flush(timeoutMs);
      return true;
    },
  };
}

function runWith(client: SentryClient, core: SentryCore, close: () => void): RunningSentry {
  return {
    send(captured) {
      const { error, eventId, level, mechanism, message, span } = captured;
      inSpan(span, () => {
        const scope = fill(withIds(core.getCurrentScope().clone()), captured);
        const hint = { event_id: eventId, mechanism };
        if (message !== undefined) client.captureMessage(message, level, hint, scope);
        else client.captureException(error, { ...hint, originalException: error, syntheticException: new Error('captured') }, scope);
      });
    },
    checkIn: (checkIn, monitorConfig) => void client.captureCheckIn(checkIn, monitorConfig, withIds(core.getCurrentScope().clone())),
    gather: () => client.emit('flush'),
    close,
  };
}

function inSpan(span: SpanContext | undefined, fn: () => void): void {
  const active = api.context.active();
  api.context.with(span === undefined ? active : api.trace.setSpanContext(active, span), fn);
}

function fill(scope: SentryScope, { tags, user, extra, bound, fingerprint, route, level, breadcrumbs, logger }: Captured): SentryScope {
  scope.setTags(tags);
  if (user !== undefined) scope.setUser(user);
  if (extra !== undefined) scope.setExtras(extra);
  if (bound !== undefined) scope.setContext('log context', bound);
  if (logger !== undefined) scope.setContext('log', { logger });
  if (fingerprint !== undefined) scope.setFingerprint(fingerprint);
  if (route !== undefined) scope.setTransactionName(route);
  scope.setLevel(level);
  for (const breadcrumb of breadcrumbs) scope.addBreadcrumb(breadcrumb);
  return scope;
}
