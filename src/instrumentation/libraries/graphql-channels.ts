/** What GraphQL 17 publishes of its own, also inside a bundle. */
import { tracingChannel } from 'node:diagnostics_channel';
import type { Span } from '@opentelemetry/api';
import { bindChannel } from '../../context/context-manager.ts';
import { contain } from '../../runtime/contain.ts';
import { api } from '../../runtime/otel.ts';
import { listen } from '../loading/listen.ts';

export interface Recorder {
  isEnabled(): boolean;
  startOperation(document: unknown, operationName: unknown): Span;
  startStep(name: string): Span;
  endOperation(span: Span, result: unknown): void;
  endParse(span: Span, document: unknown): void;
  endValidate(span: Span, errors: unknown): void;
  fail(span: Span, error: unknown): void;
}

interface Message {
  readonly document?: unknown;
  readonly operationName?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

const spans = new WeakMap<object, Span>();

/** Messages of one call are one object: `end` comes once it returned, `asyncEnd` when its promise settled. */
export function listenToGraphql(recorder: Recorder): void {
  for (const name of ['graphql:execute', 'graphql:subscribe']) {
    const channel = tracingChannel(name);
    bindChannel<Message>(channel.start, (message) =>
      contain('beginning a GraphQL operation', () => {
        if (!recorder.isEnabled()) return undefined;
        const span = recorder.startOperation(message.document, nameOfOperation(message));
        spans.set(message, span);
        return api.trace.setSpan(api.context.active(), span);
      }),
    );
    listenToEnds(name, recorder.endOperation, recorder.fail);
  }
  listenToStep('graphql:parse', 'graphql.parse', recorder, recorder.endParse);
  listenToStep('graphql:validate', 'graphql.validate', recorder, recorder.endValidate);
}

/** Read from the document, where the caller named none: not there when the document is none. */
function nameOfOperation(message: Message): unknown {
  return message.document === undefined || message.document === null ? undefined : message.operationName;
}

function listenToStep(channel: string, name: string, recorder: Recorder, end: (span: Span, result: unknown) => void): void {
  listen<Message>(`tracing:${channel}:start`, (message) => {
    if (recorder.isEnabled()) spans.set(message, recorder.startStep(name));
  });
  listenToEnds(channel, end, recorder.fail);
}

function listenToEnds(channel: string, end: Recorder['endOperation'], fail: Recorder['fail']): void {
  function settle(message: Message): void {
    const span = spans.get(message);
    if (span === undefined) return;
    spans.delete(message);
    if ('error' in message) fail(span, message.error);
    else end(span, message.result);
  }
  listen<Message>(`tracing:${channel}:end`, (message) => {
    if ('error' in message || 'result' in message) settle(message);
  });
  listen(`tracing:${channel}:asyncEnd`, settle);
}
