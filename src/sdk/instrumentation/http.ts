/**
 * `node:http` and `node:https`: our own server side, and the official instrumentation for the client side. Where options
 * ask for what only the official server side knows (its hooks, headers as attributes), that one runs instead of ours.
 */
import type { IncomingMessage } from 'node:http';
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { requireBundled } from '../otel.ts';
import { instrumentHttpServer } from './http-server.ts';

type Official = typeof import('@opentelemetry/instrumentation-http');

/** Options of the official instrumentation that change what its server side does. */
const OFFICIAL_SERVER_OPTIONS = ['requestHook', 'responseHook', 'applyCustomAttributesOnSpan', 'startIncomingSpanHook', 'requireParentforIncomingSpans', 'headersToSpanAttributes', 'enableSyntheticSourceDetection', 'redactedQueryParamsServer'];

/** @param options - of the official instrumentation; `ours.isIgnored` tells the requests that are neither traced nor counted. */
export function create(options: Record<string, unknown>): Instrumentation {
  const { HttpInstrumentation } = requireBundled('@opentelemetry/instrumentation-http') as Official;
  const isIgnored = options['ignoreIncomingRequestHook'] as (request: IncomingMessage) => boolean;
  if (options['disableIncomingRequestInstrumentation'] === true || OFFICIAL_SERVER_OPTIONS.some((name) => options[name] !== undefined)) return new HttpInstrumentation(options);
  const client: HttpInstrumentation = new HttpInstrumentation({ ...options, disableIncomingRequestInstrumentation: true });
  const server = instrumentHttpServer({ isIgnored });
  return {
    instrumentationName: client.instrumentationName,
    instrumentationVersion: client.instrumentationVersion,
    setTracerProvider(provider) {
      client.setTracerProvider(provider);
      server.setTracerProvider(provider);
    },
    setMeterProvider(provider) {
      client.setMeterProvider(provider);
      server.setMeterProvider(provider);
    },
    getConfig: () => client.getConfig(),
    setConfig: (config) => client.setConfig(config),
    enable() {
      client.enable();
      server.enable();
    },
    disable() {
      client.disable();
      server.disable();
    },
  };
}
