/**
 * OTLP over gRPC: unary calls on one HTTP/2 session, which is all that exporting needs.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import type { OtlpConfig, Signal } from '../../config/config.ts';
import type { Peer, Transport } from '../../otlp/types.ts';
import { failureOf, type Destination } from './failure.ts';
import { call, type GrpcSending } from './grpc-call.ts';
import { framed } from './grpc-message.ts';
import { createGrpcSessions, setAlive } from './grpc-session.ts';
import { compressed } from './gzip.ts';
import { createHostLookup } from './host-lookup.ts';
import { createSendingTransport, MAX_CONNECTION_AGE_MS, type TransportOptions } from './sending.ts';
import { settingOf } from './setting-names.ts';

export function createGrpcTransport(otlp: OtlpConfig, signal: Signal, userAgent: string, options: TransportOptions = {}): Transport {
  const destination: Destination = { otlp, signal, timeoutSetting: options.timeoutSetting };
  const peer: Peer = { setting: settingOf(otlp, 'ENDPOINT') };
  const hosts = options.hosts ?? createHostLookup({ firstAddress: options.address, lastAddress: () => peer.address });
  const sessions = createGrpcSessions(otlp, hosts, options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS);

  return createSendingTransport<GrpcSending>(
    {
      encode: async (body) => framed(await compressed(body, otlp), otlp),
      attempt: (sending, message, limit) => call({ session: sessions.usable(), userAgent, destination, peer, sending, message, limit }),
      failed: (error) => failureOf(error, destination),
      release(sending) {
        if (sending.session !== undefined) setAlive(sending.session);
      },
      disconnect: () => sessions.close(),
    },
    { destination, hosts, peer },
  );
}
