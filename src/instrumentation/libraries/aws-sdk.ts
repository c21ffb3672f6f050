/**
 * AWS SDK 3 by the official instrumentation, which writes into what the application passes in: the headers of messages into their
 * attributes, and its own mark on the command. Frozen ones then never settle. It is given copies, and what is sent and signed is the copy.
 */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { attempt } from '../../runtime/contain.ts';
import { requireBundled } from '../../runtime/otel.ts';
import { captureClock } from '../loading/capture-clock.ts';

type Anything = Record<string | symbol, unknown>;
type Handle = (this: unknown, command: Anything) => unknown;
type Resolve = (this: unknown, handler: unknown, context: { readonly commandName?: unknown }) => Handle;
type Send = (this: { readonly config: unknown; readonly middlewareStack: object }, ...args: unknown[]) => unknown;

/** What of the official class is used; exact versions are pinned, and a test fails when it changes. */
interface AwsInstrumentation extends Instrumentation {
  _getV3SmithyClientSendPatch(release: string | undefined, original: Send): Send;
  _getV3MiddlewareStackResolvePatch(release: string | undefined, original: Resolve): Resolve;
  patchV3MiddlewareStack(release: string | undefined, stack: object): void;
}

/** Commands into whose input it writes. */
const WRITTEN_TO: ReadonlySet<unknown> = new Set([
  'InvokeCommand',
  'PublishCommand',
  'ReceiveMessageCommand',
  'SendMessageBatchCommand',
  'SendMessageCommand',
]);

export function create(options: Record<string, unknown>): Instrumentation {
  const { AwsInstrumentation: Official } = requireBundled('@opentelemetry/instrumentation-aws-sdk') as {
    AwsInstrumentation: new (options: Record<string, unknown>) => AwsInstrumentation;
  };
  captureClock();
  const instrumentation = new Official(options);
  const mark = markOf(instrumentation);
  const configs = new WeakMap<object, unknown>();

  instrumentation._getV3SmithyClientSendPatch = (release, original) =>
    function send(command, ...rest) {
      if (typeof command === 'object' && command !== null) configs.set(command, this.config);
      instrumentation.patchV3MiddlewareStack(release, this.middlewareStack);
      return original.call(this, command, ...rest);
    };
  const resolvePatch = instrumentation._getV3MiddlewareStackResolvePatch.bind(instrumentation);
  instrumentation._getV3MiddlewareStackResolvePatch = (release, original) => {
    const resolve = resolvePatch(release, original);
    return function (handler, context) {
      const handle = resolve.call(this, handler, context);
      return function (command) {
        const copy = attempt(() => copyOfCommand(command, context.commandName));
        if (copy === undefined) return handle.call(this, command);
        if (mark !== undefined) copy[mark] = configs.get(command);
        return handle.call(this, copy);
      };
    };
  };
  return instrumentation;
}

/** The symbol by which it finds the settings of the client, which it puts onto each command. */
function markOf(instrumentation: AwsInstrumentation): symbol | undefined {
  const stack = { resolve() {}, clone() {}, concat() {} };
  const command = {};
  instrumentation._getV3SmithyClientSendPatch(undefined, () => undefined).call({ config: {}, middlewareStack: stack }, command);
  return Object.getOwnPropertySymbols(command)[0];
}

function copyOfCommand(command: Anything, name: unknown): Anything {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(command) as object) as Anything, command);
  if (WRITTEN_TO.has(name ?? command.constructor.name)) copy['input'] = copyOfInput(command['input']);
  return copy;
}

/** As deep as it is written to. */
function copyOfInput(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const copy = withOwnAttributes(input);
  if (Array.isArray(copy['Entries'])) copy['Entries'] = (copy['Entries'] as unknown[]).map((entry) => copyOfInput(entry));
  return copy;
}

function withOwnAttributes(message: object): Anything {
  const copy: Anything = { ...message };
  const { MessageAttributes: attributes } = copy;
  if (typeof attributes === 'object' && attributes !== null) copy['MessageAttributes'] = { ...attributes };
  return copy;
}
