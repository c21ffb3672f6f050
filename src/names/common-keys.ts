/** Keys of the semantic conventions, older ones too, by what their values are: most records have some of them. */

/** Keys of the semantic conventions that are on most records and whose values are enums, numbers or ids: not looked at. */
export const KEPT_KEYS: ReadonlySet<string> = new Set(
  `http.request.method http.response.status_code http.method http.status_code http.flavor http.scheme http.request.body.size
  http.response.body.size url.scheme server.port client.port network.peer.port network.protocol.version network.transport
  network.type net.host.port net.peer.port db.system db.system.name db.response.status_code messaging.system
  messaging.operation.type rpc.system rpc.grpc.status_code rpc.response.status_code code.file.path code.filepath
  code.line.number code.lineno code.column.number thread.id session.id session.previous_id mcp.session.id trace_id span_id trace_flags trace.id span.id traceId
  spanId telemetry.sdk.name telemetry.sdk.language telemetry.sdk.version gen_ai.token.type`.split(/\s+/),
);

/** Keys that are on most records too, whose values are few and mostly harmless: each is looked at once. */
export const KEYS_OF_FEW_VALUES: ReadonlySet<string> = new Set(
  `http.route server.address net.host.name net.peer.name network.peer.address network.protocol.name error.type exception.type
  db.namespace db.name db.collection.name db.operation.name db.operation messaging.operation.name rpc.service rpc.method
  code.function code.function.name thread.name service.name service.version service.namespace service.instance.id
  deployment.environment.name event.name gen_ai.operation.name gen_ai.provider.name gen_ai.request.model
  gen_ai.response.model`.split(/\s+/),
);
