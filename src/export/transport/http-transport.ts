/**
 * OTLP over HTTP/1.1.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import type { Delivered, OtlpConfig } from '../../config/config.ts';
import type { Peer, SendResult, Transport } from '../../otlp/types.ts';
import { failureOf, type Destination } from './failure.ts';
import { compressed } from './gzip.ts';
import { createHostLookup } from './host-lookup.ts';
import { createHttpConnection } from './http-connection.ts';
import { exchange, type HttpSending } from './http-exchange.ts';
import { createSendingTransport, MAX_CONNECTION_AGE_MS, type TransportOptions } from './sending.ts';
import { settingOf } from './setting-names.ts';

export function createHttpTransport(otlp: OtlpConfig, signal: Delivered, userAgent: string, options: TransportOptions = {}): Transport {
  const destination: Destination = { otlp, signal, timeoutSetting: options.timeoutSetting };
  const peer: Peer = { setting: settingOf(otlp, 'ENDPOINT') };
  const hosts = options.hosts ?? createHostLookup({ firstAddress: options.address, lastAddress: () => peer.address });
  const connection = createHttpConnection(otlp, userAgent, hosts, options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS);

  function failed(error: unknown): SendResult {
    const result = failureOf(error, destination);
    if (result.kind === 'retry' && result.reason === 'tls') connection.close(); // the next one reads the files again
    return result;
  }

  return createSendingTransport<HttpSending>(
    {
      encode: (body) => compressed(body, otlp),
      attempt: (sending, body, limit) => exchange({ connection, destination, peer, failed, sending, body, limit }),
      failed,
      release: (sending) => sending.request?.socket?.unref(),
      disconnect: () => connection.close(),
    },
    { destination, hosts, peer },
  );
}
