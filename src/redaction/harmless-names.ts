/** Names that only look like those of secrets. What secrets are called is in `name-table.ts`. */

export interface HarmlessName {
  readonly what: string;
  readonly words: RegExp;
  /** Also where its words stand apart in a sentence: `Tests pass: 1234`. */
  readonly inSentence?: true;
  readonly examples: readonly string[];
}

/** `primary_key`, `cache.key`: a key of that name says which thing is meant. */
export const KEYS_OF_THINGS: RegExp = new RegExp(
  `\\b(?:${`primary foreign public unique natural composite surrogate candidate cache sort partition shard range row hash cluster
      index routing binding ordering idempotency dedup deduplication object message event s3 bucket blob record document entity item
      node flag feature translation i18n locale language label tag metric map dict json yaml config configuration setting settings
      option property attribute field column header param parameter query search lookup filter group grouping join order user tenant
      customer product project issue job task queue topic lock redis memcached hotkey shortcut press arrow any error data react list
      state context route template resource correlation trace duplicate invalid wrong unknown missing the a an no by of with this
      that for each same dynamodb kafka rabbitmq mongodb other new old first last next previous current max min start end left right
      up down enter escape region country city zone area market currency timezone brand category channel shop warehouse segment
      campaign experiment variant theme model team org organization department workspace environment env stage host pod container
      namespace module component page view screen window menu dialog plugin widget panel dashboard report chart series dimension
      measure status type kind reason rule policy role permission scope action command operation step workflow process
      pipeline version release build branch file folder path url link image asset media device sensor vehicle station room seat
      ticket invoice contract vendor supplier employee person member contact address statistics stat counter gauge
      timer rate limit throttle quota bulk batch parent child source target destination input output
      business legacy external internal display alternate alternative secondary compound multi nested
      dictionary hashmap cors css html xml csv form modifier control shift alt meta tab space delete backspace home`
    .trim()
    .split(/\s+/)
    .join('|')}) keys?$`,
);

/** Names that are harmless whatever a row of `name-table.ts` says. */
export const HARMLESS_NAMES: readonly HarmlessName[] = [
  {
    what: 'something about a secret: its last word is `type`, `count`, `policy`, `name` …',
    words: new RegExp(
      '\\b(?:count|counts|total|size|length|type|types|kind|name|names|arn|uri|url|endpoint|file|path|dir|status|result|results|' +
        'method|policy|expires in|expires at|enabled|disabled|required|valid|invalid|verified|expired|expires|expiry|expiration|ttl|age|at|date|time|' +
        'timestamp|duration|seconds|ms|limit|limits|usage|used|remaining|budget|rate|attempts|purpose|scheme|provider|issuer|' +
        'parser|jar|banner|middleware|plugin|module|service|server|manager|handler|factory|helper|validator|generator|guard|strategy|' +
        'controller|router|repository|worker|page|screen|dialog|button|cutter|' +
        'requested|clicks|rotation|rotated|s|state|stage|mode|source|store|cache|table|column|prefix|suffix|label|group|' +
        'js|ts|mjs|cjs|jsx|tsx|json|java|py|go|rb|php|' + // `token.js:10:5` is a place in a program
        'version|format|algorithm|strength|changed|present|exists|missing|error|errors|reason|ratio|cost|price|index|consent)$',
    ),
    examples: ['token.type', 'password_policy', 'passwordChangedAt', 'secret.arn', 'cookie.count', 'auth.method', 'token.js'],
  },
  {
    what: 'whether there is one',
    words: /\b(?:has|is|needs|requires|supports|without) /,
    examples: ['has_password', 'is_token', 'requires_password'],
  },
  {
    what: 'which one it is',
    words: /\b(?:token|api key|deploy key|credential) id$|\b(?:account|user) sid$/,
    examples: ['token_id', 'apiKeyId', 'account_sid'],
  },
];

/** The semantic conventions' own session ids tie records together; `sessionId` or `session_id` is what a cookie holds. */
export const SESSION_ATTRIBUTE = /^(?:mcp\.)?session\.(?:previous_)?id$/;
