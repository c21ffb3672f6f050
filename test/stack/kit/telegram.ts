/** A server that speaks as much of Telegram's Bot API as Alertmanager uses, and refuses what the real one refuses. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseTelegramHtml, TelegramRefusal } from './telegram-html.ts';

export interface TelegramMessage {
  /** Without tags, as a person reads it. */
  readonly text: string;
  /** Names of links → addresses; of several with a name the last. */
  readonly links: Readonly<Record<string, string>>;
  readonly topic: number | undefined;
  readonly isSilent: boolean;
}

export interface Telegram {
  readonly url: string;
  readonly token: string;
  readonly chatId: string;
  /** What was accepted, the oldest first. */
  readonly messages: readonly TelegramMessage[];
  /** Descriptions of what was not. */
  readonly refusals: readonly string[];
  /** Answer the next `count` messages with 429, as when too many come at once. */
  refuseNext(count: number): void;
  close(): Promise<void>;
}

/** Telegram counts UTF-16 units, after it has taken the tags away. */
const MAX_TEXT_LENGTH = 4096;
const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const CHAT_ID = '-1001234567890';

export async function startTelegram(): Promise<Telegram> {
  const messages: TelegramMessage[] = [];
  const refusals: string[] = [];
  let toRefuse = 0;

  function accept(path: string, body: string): object {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
    if (token !== TOKEN) throw new TelegramRefusal(401, 'Unauthorized');
    if (method !== 'sendMessage') throw new TelegramRefusal(404, 'Not Found');
    if (toRefuse-- > 0) throw new TelegramRefusal(429, 'Too Many Requests: retry after 1');
    const asked = JSON.parse(body) as Record<string, string>;
    if (asked['chat_id'] !== CHAT_ID) throw new TelegramRefusal(400, 'Bad Request: chat not found');
    const mode = asked['parse_mode'] ?? '';
    if (!['', 'HTML'].includes(mode)) throw new TelegramRefusal(400, 'Bad Request: unsupported parse_mode');
    const { links, text } = mode === 'HTML' ? parseTelegramHtml(asked['text'] ?? '') : { text: (asked['text'] ?? '').trim(), links: {} };
    if (text === '') throw new TelegramRefusal(400, 'Bad Request: message text is empty');
    if (text.length > MAX_TEXT_LENGTH) throw new TelegramRefusal(400, 'Bad Request: message is too long');
    const topic = asked['message_thread_id'];
    messages.push({
      text,
      links,
      topic: topic === undefined ? undefined : Number(topic),
      isSilent: String(asked['disable_notification']) === 'true',
    });
    return { message_id: messages.length, date: Math.floor(Date.now() / 1000), chat: { id: Number(CHAT_ID), type: 'supergroup' }, text };
  }

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const [status, answer] = answerOf(() => accept(request.url ?? '', body));
      if (status !== 200) refusals.push(String((answer as { description?: string }).description));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    chatId: CHAT_ID,
    messages,
    refusals,
    refuseNext: (count) => void (toRefuse = count),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** https://core.telegram.org/bots/api#making-requests */
function answerOf(accept: () => object): [status: number, answer: object] {
  try {
    return [200, { ok: true, result: accept() }];
  } catch (error) {
    if (!(error instanceof TelegramRefusal)) throw error;
    const parameters = error.status === 429 ? { parameters: { retry_after: 1 } } : {};
    return [error.status, { ok: false, error_code: error.status, description: error.message, ...parameters }];
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}
