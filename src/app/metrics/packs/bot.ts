import {
  BOT_COMMAND,
  BOT_HANDLER,
  BOT_MESSAGE_TYPE,
  ERROR_TYPE,
  MESSAGING_OPERATION_NAME,
  MESSAGING_SYSTEM,
} from '../../../names/attributes.ts';
import { BOT_METRICS } from '../../../names/metrics/bot.ts';
import { MESSAGING_METRICS } from '../../../names/metrics/queue.ts';
import { attempt } from '../../../runtime/contain.ts';
import { OTHER } from '../label-values.ts';
import { counterOf, recorderOf, type Given } from '../pack-instruments.ts';
import { quiet } from '../quiet.ts';
import { ownOptions } from '../own-copy.ts';
import { measure } from './measure.ts';
import { userMetrics } from './users.ts';

export type BotMessageType = NonNullable<Given<typeof MESSAGING_METRICS.consumedMessages>[typeof BOT_MESSAGE_TYPE]>;

export interface BotOptions {
  /** @default 'telegram' */
  readonly system?: string;
  /** Those that the bot knows, without the slash. Another is counted as `_OTHER`. */
  readonly commands: readonly string[];
}

export interface BotMetrics {
  message(type: BotMessageType): void;
  /** @param command - with or without its slash. */
  command(command: string): void;
  /** Run a handler: duration and failure. What it returns and throws is passed on. @param handler - as code names it. */
  handle<T>(handler: string, fn: () => T): T;
  /** For grammY and Telegraf, the first of all: messages, commands, durations, active users. @example bot.use(metrics.middleware()); */
  middleware(): (context: object, next: () => Promise<void>) => Promise<void>;
}

const messages = counterOf(MESSAGING_METRICS.consumedMessages);
const durations = recorderOf(MESSAGING_METRICS.processDuration);
const commandsSent = counterOf(BOT_METRICS.commands);

export function botMetrics(options: BotOptions): BotMetrics {
  const { commands, system = 'telegram' } = ownOptions(options);
  const known = attempt(() => new Set(commands), new Set<string>());
  const given = { [MESSAGING_SYSTEM]: system };
  const nameOf = (command: string): string => {
    const name = typeof command === 'string' ? command.replace(/^\//, '') : OTHER;
    return known.has(name) ? name : OTHER;
  };
  const message = (type: BotMessageType): void =>
    messages.add(1, { ...given, [MESSAGING_OPERATION_NAME]: 'receive', [BOT_MESSAGE_TYPE]: type });
  const command = (name: string): void => commandsSent.add(1, { ...given, [BOT_COMMAND]: nameOf(name) });
  const handle = <T>(handler: string, fn: () => T): T =>
    measure(fn, ({ errorType, seconds }) =>
      durations.record(seconds, { ...given, [MESSAGING_OPERATION_NAME]: 'process', [BOT_HANDLER]: handler, [ERROR_TYPE]: errorType }),
    );
  const users = userMetrics();
  return {
    ...quiet({ message, command }),
    handle,
    middleware: () => (context, next) => {
      const update = attempt(() => readUpdate(context as BotContext)) ?? { type: 'text' as const };
      message(update.type);
      if (update.command !== undefined) command(update.command);
      if (update.user !== undefined) users.seen(update.user);
      return handle(update.command === undefined ? update.type : nameOf(update.command), next);
    },
  };
}

/** What grammY and Telegraf both have. */
interface BotContext {
  readonly from?: { readonly id?: number };
  readonly message?: Readonly<Record<string, unknown>> & {
    readonly text?: string;
    readonly entities?: readonly { readonly type: string; readonly offset: number; readonly length: number }[];
  };
  readonly callbackQuery?: object;
  readonly inlineQuery?: object;
  readonly preCheckoutQuery?: object;
}

interface Update {
  readonly type: BotMessageType;
  readonly command?: string;
  readonly user?: string;
}

const MEDIA = ['photo', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contact'] as const;

function readUpdate({ callbackQuery, from, inlineQuery, message, preCheckoutQuery }: BotContext): Update {
  const user = from?.id === undefined ? {} : { user: String(from.id) };
  if (callbackQuery !== undefined) return { type: 'callback', ...user };
  if (inlineQuery !== undefined) return { type: 'inline', ...user };
  if (preCheckoutQuery !== undefined || message?.['successful_payment'] !== undefined) return { type: 'payment', ...user };
  const entity = message?.entities?.find(({ offset, type }) => type === 'bot_command' && offset === 0);
  if (entity !== undefined && message?.text !== undefined) {
    // In a group it is /help@the_bot.
    const [command = ''] = message.text.slice(1, entity.length).split('@');
    return { type: 'command', command, ...user };
  }
  return { type: MEDIA.find((kind) => message?.[kind] !== undefined) ?? 'text', ...user };
}
