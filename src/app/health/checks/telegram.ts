import type { CheckAnswer } from '../check.ts';
import { optionsOf } from '../../../values/options.ts';
import { loadPart } from '../../../runtime/load-part.ts';

interface Api {
  getMe(signal?: AbortSignal): Promise<unknown>;
}
/** A bot of grammY or Telegraf, or a token. */
export type TelegramBot = string | { readonly api: Api } | { readonly telegram: Api };

export interface TelegramCheckOptions {
  /** Of a Bot API server of your own; counts only with a token. @default 'https://api.telegram.org' */
  readonly apiRoot?: string;
}

/**
 * Telegram answers `getMe`. The token is shown nowhere.
 *
 * @example health.register('telegram', telegramCheck(bot), { cacheMs: 30_000 });
 */
export function telegramCheck(bot: TelegramBot, options?: TelegramCheckOptions): (signal: AbortSignal) => Promise<CheckAnswer> {
  const { apiRoot = 'https://api.telegram.org' } = optionsOf(options);
  return async (signal) => {
    if (typeof bot === 'string') return askWithToken(bot, apiRoot, signal);
    const { username } = (await ('api' in bot ? bot.api.getMe(signal) : bot.telegram.getMe())) as { username?: unknown };
    return { details: { username } };
  };
}

async function askWithToken(token: string, apiRoot: string, signal: AbortSignal): Promise<CheckAnswer> {
  try {
    const response = await fetch(`${apiRoot}/bot${token}/getMe`, { signal });
    const { ok, description, result } = (await response.json()) as { ok?: boolean; description?: string; result?: { username?: string } };
    if (ok === true) return { details: { username: result?.username } };
    return { status: 'unhealthy', error: `HTTP status ${response.status}: ${withoutToken(String(description), token)}` };
  } catch (error) {
    return {
      status: 'unhealthy',
      error: withoutToken(loadPart<typeof import('../shown.ts')>(import.meta.url, '../shown').shownError(error), token),
    };
  }
}

/** Also one of a form that the redactor does not know. */
function withoutToken(text: string, token: string): string {
  return token === '' ? text : text.replaceAll(token, '[REDACTED]');
}
