/**
 * `node:http` and `node:https`: our own server side, and the official instrumentation for the client side. Where options
 * ask for what only the official server side knows (its hooks, headers as attributes), that one runs instead of ours.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { requireBundled } from '../otel.ts';
import { captureClock } from './capture-clock.ts';
import { usesOfficialServer } from './http-options.ts';
import { instrumentHttpServer } from './http-server.ts';

type Official = typeof import('@opentelemetry/instrumentation-http');

/** @param options - of the official instrumentation; `ignoreIncomingRequestHook` tells what is neither traced nor counted. */
export function create(options: Record<string, unknown>): Instrumentation {
  const { HttpInstrumentation } = requireBundled('@opentelemetry/instrumentation-http') as Official;
  const isIgnored = options['ignoreIncomingRequestHook'] as (request: IncomingMessage) => boolean;
  captureClock();
  if (usesOfficialServer(options)) return new HttpInstrumentation(options);
  const client = new HttpInstrumentation({ ...options, disableIncomingRequestInstrumentation: true });
  const server = instrumentHttpServer({ isIgnored });
  if (options['enabled'] === false) server.disable();
  const { setTracerProvider, setMeterProvider, enable, disable } = HttpInstrumentation.prototype;
  const both: Pick<Instrumentation, 'setTracerProvider' | 'setMeterProvider' | 'enable' | 'disable'> = {
    setTracerProvider(provider) {
      setTracerProvider.call(client, provider);
      server.setTracerProvider(provider);
    },
    setMeterProvider(provider) {
      setMeterProvider.call(client, provider);
      server.setMeterProvider(provider);
    },
    enable() {
      enable.call(client);
      server.enable();
    },
    disable() {
      disable.call(client);
      server.disable();
    },
  };
  return Object.assign(client, both);
}
