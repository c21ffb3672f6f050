/** What scripts/build-docs.ts makes of the tables of redaction: docs/privacy.md, and a part of the Collector's configuration. */
import { collectorPatternsOf, ISSUERS } from '../src/redaction/issuers.ts';
import { HARMLESS_NAMES } from '../src/redaction/harmless-names.ts';
import { SECRET_NAMES, type Secrecy } from '../src/redaction/name-table.ts';
import { wordsOf } from '../src/redaction/secret-names.ts';
import { redactAttribute } from '../src/redaction/redact-attribute.ts';

const COLLECTOR_END = '      # End of what scripts/build-docs.ts writes.';

/** The Collector's `config` with the names and the keys of issuers between their marks made anew. */
export function renderCollector(config: string): string {
  return replaceBlock(replaceBlock(config, 'name-table.ts', renderNames()), 'issuers.ts', renderKeys());
}

function replaceBlock(config: string, table: string, lines: readonly string[]): string {
  const mark = `      # Written by scripts/build-docs.ts from src/redaction/${table}. Do not edit.`;
  const begin = config.indexOf(mark);
  const end = config.indexOf(COLLECTOR_END, begin);
  if (begin === -1 || end === -1)
    throw new Error(`otel-collector/config.yaml must hold "${mark.trim()}" and, after it, "${COLLECTOR_END.trim()}".`);
  return `${config.slice(0, begin + mark.length)}\n${lines.join('\n')}\n${config.slice(end)}`;
}

function renderKeys(): string[] {
  return ISSUERS.flatMap((issuer) => collectorPatternsOf(issuer).map((pattern) => `      - '${pattern}' # ${issuer.name}`));
}

/**
 * The examples of what is secret in any form, where a name ends. RE2 can neither look at what follows nor tell a count from a
 * text, so the other rows, and short words that mean something else elsewhere (`gpio.pin`), are not the Collector's.
 */
function renderNames(): string[] {
  return SECRET_NAMES.filter(({ secrecy }) => secrecy === 'text and numbers').map(({ examples, harmlessValue, what }) => {
    const names = examples.map(wordsOf).filter((words) => harmlessValue === undefined || words.includes(' '));
    const choice = [...new Set(names)].map((words) => words.replaceAll(' ', '[._-]?')).join('|');
    return `      - '(?i)(^|[^a-z])(${choice})$' # ${what}`;
  });
}

/** The whole page. */
export function renderPrivacy(): string {
  return `${[
    INTRODUCTION,
    renderTable(['where', 'before', 'after'], BEFORE_AND_AFTER.map(renderExample)),
    OWN_SAY,
    '## Names that stand for a secret',
    'Names of attributes, headers, fields, parameters and flags, by their words: `X-Api-Key`, `x_api_key` and `apiKey` are one.',
    renderTable(
      ['names of', 'for example', 'what goes', 'but not'],
      SECRET_NAMES.map(({ except = [], examples, secrecy, what }) => [
        what,
        codes(examples),
        GOES[secrecy],
        codes(except.flatMap((each) => each.examples)),
      ]),
    ),
    'Harmless whatever else is in the name:',
    renderTable(
      ['names that say', 'for example'],
      HARMLESS_NAMES.map(({ examples, what }) => [what, codes(examples)]),
    ),
    '## Keys that their issuers mark',
    'They go wherever they stand, under any name, also under one that is to stay readable.',
    renderTable(['key of', 'begins with'], renderIssuers()),
    CLOSING,
  ].join('\n\n')}\n`;
}

const GOES: Readonly<Record<Secrecy, string>> = {
  none: 'nothing',
  'text like a key': 'text, but for plain words and small numbers (`eu`, `BER-01`)',
  text: 'text; a number is a count',
  'text and numbers': 'text and numbers',
};

const BEFORE_AND_AFTER: readonly (readonly [where: string, key: string, before: string])[] = [
  ['URL: user and password', 'url.full', 'https://ann:pw@api.example.com/v1'],
  ['URL: values of parameters', 'url.full', 'https://api.example.com/?token=abc&page=2'],
  ['URL: keys in the path', 'url.full', 'https://api.telegram.org/bot123456:AAHfgh/sendMessage'],
  ['URL: what follows `/reset/`, `/invite/`, `/share/` …', 'url.path', '/reset-password/8f14e45fceea'],
  ['SQL: strings, numbers, comments', 'db.query.text', "SELECT * FROM users WHERE email = 'ann@example.com' AND id = 42"],
  ['Redis: all but command and first key', 'db.query.text', 'SET session:1234 value'],
  ['MongoDB: values', 'db.query.text', '{"find":"users","filter":{"age":21}}'],
  ['GraphQL: strings and numbers', 'graphql.document', 'mutation { login(user: "ann", pin: 12) { id } }'],
  ['a value under a secret name', 'db.password', 'hunter2'],
  ['text: `name=value`, `name: value`', '', 'login failed, password=hunter2'],
  ['text: a password before a host', '', 'dial root:hunter2@tcp(localhost:3306)/db'],
  ['text: bearer and basic credentials', '', 'sent Bearer abc-123 to them'],
  ['text: a cookie', '', 'Cookie: theme=dark; sid=abc'],
  ['text: strings in statements', '', "INSERT INTO users (name) VALUES ('ann') failed"],
  ['text: what a database says of a value', '', "Duplicate entry 'ann' for key 'users.name'"],
  ['text: flags of a command line', '', 'node app.js --db-password hunter2'],
  ['text: passwords of well-known programs', '', 'mysqldump -u root -phunter2 shop'],
  ['text: variables of GraphQL', '', 'query a { b } variables: {"name":"ann"}'],
  ['text: any of these with escapes', '', 'password%3Dhunter2'],
  ['text: said of a secret', '', 'the new password is hunter2'],
  ['text: codes that are sent to people', '', 'Your code is 998877'],
  ['text: in brackets, behind a blank', '', 'passwd[hunter2x9], x-access-token a1b2c3d4'],
  ['tables', '', '| password | hunter2 |'],
  ['private keys', '', '-----BEGIN PRIVATE KEY----- MIIE -----END PRIVATE KEY-----'],
  ['e-mail addresses', '', 'mail to ann@example.com failed'],
  ['numbers of payment cards', '', 'paid with 4111 1111 1111 1111'],
];

function renderExample([where, key, before]: (typeof BEFORE_AND_AFTER)[number]): string[] {
  return [where, `\`${before}\``, `\`${String(redactAttribute(key, before))}\``];
}

function renderIssuers(): string[][] {
  const starts = new Map<string, string[]>();
  for (const issuer of ISSUERS) starts.set(issuer.name, [...(starts.get(issuer.name) ?? []), ...shortened(issuer.starts)]);
  return [...starts].map(([name, marks]) => [name, marks.length === 0 ? 'nothing of its own; told by its form' : codes(marks)]);
}

function shortened(starts: readonly string[]): readonly string[] {
  return starts.length < 12 ? starts : [starts[0] as string, starts[1] as string, '…', starts.at(-1) as string];
}

function codes(texts: readonly string[]): string {
  return texts.map((text) => (text === '…' ? text : `\`${text}\``)).join(' ');
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return lines.join('\n');
}

const INTRODUCTION = `<!-- Written by scripts/build-docs.ts from the tables in src/redaction. Do not edit. -->

# Privacy

- Every span, log record, metric, scope and resource is redacted before it is queued. There is nothing to switch on or off.
- What is removed becomes \`REDACTED\`; literals in queries become \`?\`.
- A value that cannot be redacted is left out.
- [Something is hidden that I need](#have-a-say) · [something leaves that must not](#have-a-say) · [what is not caught](#what-is-not-caught)

## What goes`;

const OWN_SAY = `## Have a say

| I want | set |
| --- | --- |
| to read a value that is hidden | \`SIGNALBOX_REDACT_KEEP=app.region_key,partner.token\` |
| to read a parameter of URLs | \`SIGNALBOX_REDACT_KEEP=page,sort\` |
| to read e-mail addresses of one attribute | \`SIGNALBOX_REDACT_KEEP=user.email\` |
| a value to go | \`SIGNALBOX_REDACT_ALSO=employee_number\` |
| text of a known form to go | \`SIGNALBOX_REDACT_ALSO=/EMP-\\d+/\` |
| the same in code | \`startTelemetry({ redact: { keep: ['page'], also: ['employee_number', /EMP-\\d+/] } })\` |

- Several entries are separated by commas. What code says is added to what the environment says.
- Names are compared by their words: \`region_key\` and \`regionKey\` are one.
- A name to keep is that name and no longer one: \`key\` keeps no \`api_key\`. A name to go is also the end of a longer one.
- Under a name to keep, [keys of issuers](#keys-that-their-issuers-mark), cards, private keys, and passwords in URLs and in \`name=value\` go all the same.
- What is to go is stronger than what is to stay.
- A pattern goes wherever it stands in a value, and in numbers. Names of attributes are not changed.
- A pattern that matches nothing at all, or may be slow on hostile text, is refused with one line; the others are used. Write \`{1,64}\` instead of
  \`+\` and \`*\`, or begin with fixed characters: \`/EMP-\\d+/\`.
- All this is for records. \`SIGNALBOX_REDACT_APP_LOGS=true\` does the same to what the application's own winston, pino and bunyan loggers
  print ([logging](logging.md#loggers-of-others-and-console)). What signalbox prints about itself, and the [official SDK](official-sdk.md), are not concerned.`;

const CLOSING = `## What is never recorded

- Headers and bodies of requests and responses, unless an option of an instrumentation asks for them. Then they are redacted.
- The command line and the owner of the process.
- Baggage: it is neither copied into records nor sent to hosts that are not named ([trace context](trace-context.md)).
- Headers of the exporter, and credentials in its URL, in any message.

## What is not looked at

- Fields that hold enums, numbers and ids: \`http.request.method\`, \`server.port\`, \`trace_id\`, \`session.id\` … A pattern of your own is looked for in
  them too.
- Names of attributes, metrics and scopes, apart from e-mail addresses in names inside an object; \`tracestate\`.
- What the application prints itself: winston, pino and bunyan still write their lines unredacted to where they write.
- Records of the [official SDK](official-sdk.md).

## What is not caught

- Names, postal addresses, telephone numbers, IP addresses, IBANs, ids of users: they have no form that tells them from other text.
- A word in a sentence, though its name is beside it: \`my password is swordfish\`. With a digit in it, it goes: \`my password is hunter2\`.
- What stands behind a comma or a blank that may end a value: \`token=abc def\`.
- A word without \`=\` or \`:\` in front of it: \`x-access-token abc\`, \`| password | abc |\` without a header above it.
- The password of a program that signalbox does not know: \`app -p abc\`. Beside a user's name it goes: \`app -u ann -p abc\`.
- Keys of issuers that mark them in no way.
- A secret in the path of a URL that looks like any word or id: \`/orders/42\`, \`/~ann/\`.

Each of these goes when \`SIGNALBOX_REDACT_ALSO\` names it, or a pattern takes it. The [stack](stack.md)'s Collector redacts once more, for all who send to it.`;
