/**
 * `node:http` and `node:https`: both sides are our own, as are servers of `node:http2`. Where options ask for what only the official instrumentation knows (its
 * hooks, headers as attributes), that one runs instead of ours, for the side that they concern.
 */
import type { IncomingMessage } from 'node:http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { emitInCarried, followContext } from '../../context/context-manager.ts';
import { require, requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';
import { instrumentHttpClient } from './http-client.ts';
import { officialOptions, usesOfficialClient, usesOfficialServer } from './http-options.ts';
import { instrumentHttpServer } from './http-server.ts';
import { watchHttp2 } from './http2.ts';
import { HttpSide } from './http-side.ts';
import { MEASURED } from './server-end.ts';

type Official = typeof import('@opentelemetry/instrumentation-http');
type Part = Pick<Instrumentation, 'setTracerProvider' | 'setMeterProvider' | 'enable' | 'disable'>;
/** What loads an instrumentation finds what it registers among its values. */
type Both = Part & { readonly official: Instrumentation | undefined };

/** @param options - of the official instrumentation; `ignoreIncomingRequestHook` decides what is neither traced nor counted. */
export function create(options: Record<string, unknown>): Both {
  const isIgnored = options['ignoreIncomingRequestHook'] as (request: IncomingMessage) => boolean;
  const parts: Part[] = [];
  const officialServer = usesOfficialServer(options);
  const officialClient = usesOfficialClient(options);
  const official = officialServer || officialClient ? createOfficial(options) : undefined;
  if (official !== undefined) parts.push(official);
  followMessages(!officialServer);
  // The official one knows nothing of HTTP/2.
  const server = officialServer ? new HttpSide('server', MEASURED) : instrumentHttpServer({ isIgnored });
  if (options['disableIncomingRequestInstrumentation'] !== true) watchHttp2(server, isIgnored);
  parts.push(server);
  if (!officialClient) parts.push(instrumentHttpClient());
  const both: Both = {
    official,
    setTracerProvider: (provider) => parts.forEach((part) => part.setTracerProvider(provider)),
    setMeterProvider: (provider) => parts.forEach((part) => part.setMeterProvider(provider)),
    enable: () => parts.forEach((part) => part.enable()),
    disable: () => parts.forEach((part) => part.disable()),
  };
  if (options['enabled'] === false) both.disable();
  return both;
}

function createOfficial(options: Record<string, unknown>): Instrumentation {
  const { HttpInstrumentation } = requireBundled('@opentelemetry/instrumentation-http') as Official;
  captureClock();
  return new HttpInstrumentation(officialOptions(options));
}

/** Events of a message are heard in the context of its request, whichever connection brought them. */
function followMessages(ownServer: boolean): void {
  const { ClientRequest, IncomingMessage, ServerResponse } = require('node:http') as typeof import('node:http');
  if (ownServer) emitInCarried(ServerResponse.prototype);
  followContext(ClientRequest.prototype, 'emit');
  // A piece of the body, or its end.
  followContext(IncomingMessage.prototype, 'push');
  // Broken off: Node.js destroys it from within the connection, which belongs to no request. What an application does keeps its own.
  followContext(IncomingMessage.prototype, 'destroy', (active) => active === undefined);
}
