/** `parse_mode: HTML` as Telegram reads it: https://core.telegram.org/bots/api#html-style */

export class TelegramRefusal extends Error {
  readonly status: number;

  constructor(status: number, description: string) {
    super(description);
    this.status = status;
  }
}

const TAGS = new Set('b strong i em u ins s strike del a code pre tg-spoiler blockquote'.split(' '));
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

const START = /^<([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>/;
const END = /^<\/([a-zA-Z][a-zA-Z0-9-]*)\s*>/;

/** @throws {TelegramRefusal} with Telegram's own words. */
export function parseTelegramHtml(html: string): { readonly text: string; readonly links: Readonly<Record<string, string>> } {
  const open: { readonly tag: string; readonly href: string; readonly from: number }[] = [];
  const links: Record<string, string> = {};
  let text = '';
  for (let at = 0; at < html.length;) {
    const rest = html.slice(at);
    if (!rest.startsWith('<')) {
      const plain = /^[^<]+/.exec(rest)?.[0] ?? '';
      text += decode(plain);
      at += plain.length;
      continue;
    }
    const end = END.exec(rest);
    if (end !== null) {
      const [whole, tag = ''] = end;
      const last = open.pop();
      if (last === undefined) throw refuse('Unexpected end tag', html, at);
      if (last.tag !== tag.toLowerCase()) throw refuse('Unmatched end tag', html, at, `, expected "</${last.tag}>", found "</${tag}>"`);
      if (last.tag === 'a') links[text.slice(last.from)] = last.href;
      at += whole.length;
      continue;
    }
    const start = START.exec(rest);
    if (start === null) throw refuse('Unsupported start tag', html, at);
    const [whole, name = '', attributes = ''] = start;
    const tag = name.toLowerCase();
    if (!TAGS.has(tag)) throw refuse(`Unsupported start tag "${tag}"`, html, at);
    open.push({ tag, href: decode(/href=["']?([^"'>\s]*)/.exec(attributes)?.[1] ?? ''), from: text.length });
    at += whole.length;
  }
  const [unclosed] = open;
  if (unclosed !== undefined)
    throw new TelegramRefusal(400, `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "${unclosed.tag}"`);
  return { text: text.trim(), links };
}

function refuse(what: string, html: string, at: number, more = ''): TelegramRefusal {
  const offset = Buffer.byteLength(html.slice(0, at));
  return new TelegramRefusal(400, `Bad Request: can't parse entities: ${what} at byte offset ${offset}${more}`);
}

/** Four names and all numbers; anything else stays as it is. */
function decode(text: string): string {
  return text.replace(/&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);/g, (entity) => {
    if (!entity.startsWith('&#')) return ENTITIES[entity] ?? entity;
    const digits = entity.slice(2, -1);
    return String.fromCodePoint(digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number(digits));
  });
}
