/** Which names (of attributes, headers, fields, parameters, flags) stand for a secret. Names are compared by their words. */

/** Secret as text, in words of lower case with one space between them. */
const SECRET_TEXT = new RegExp(
  [
    /tokens?\b/, // also `accesstoken`; not `tokenizer`
    /cookies?\b/,
    /\bcredentials?\b|\bcreds?\b/,
    /\bapi ?key\b|\bapikeys?\b/, // also when more follows: `API key provided`
    /\b(?:access|private|secret|auth|encryption|signing|master|ssh|license|subscription|account|shared|functions|app|application|deploy|session|hmac|aes|storage|service|admin) ?keys?\b/,
    /\b(?:auth|authentication)$|authorization$|\bauth(?:entication|orization)? (?:header|value|string|data)$/,
    /\bjwt\b|\bbearer$|[cx]srf$|\bsid$/,
    /sess(?:ion)? ?id\b/, // also `phpsessid` and `jsessionid`
    /\bconn(?:ection)? ?str(?:ing)?\b/,
    /\bpass$/,
    /\bsignature$|\bsig$|\bsas$|\bhmac\b|\bdpop\b/,
    /\bcode verifier\b|\bclient assertion\b|\bsaml ?(?:response|request|assertion)\b/,
    /\b(?:magic|reset|login|invite|invitation|activation) ?link\b/,
    /\b(?:seed|recovery|mnemonic|backup) ?(?:phrases?|words)\b|\bmnemonics?\b/,
    /\bsecurity answer\b/,
  ]
    .map((part) => part.source)
    .join('|'),
);

/** Secret as text and as a number. */
const SECRET_NUMBER = new RegExp(
  [
    /password(?!less)|\bpass (?:word|phrase|code)|passphrase|passcode|passwd|\bpassw\b|pwd\b|\bpw\b|\bpswd\b/,
    /passwort|kennwort|wachtwoord|contraseña|mot ?de ?passe\b|\bsenha\b|пароль|密码|パスワード/,
    /secret(?!ar|ion|s?manager| santa)/,
    /\bpin(?: ?codes?)?\b|\bcv[vc]2?\b|\bcsc\b|\bt?otp\b|\bssn\b|\bsocial security (?:number|num|no)\b/,
    /credit ?card|card ?(?:number|num|no)\b|\bpan$/,
    /\b(?:security|recovery|verification|mfa|2fa|access|auth|authorization|backup|device|invite|invitation|reset|activation|login|sms|one time) ?codes?\b/,
  ]
    .map((part) => part.source)
    .join('|'),
);

/** A key by another name than these opens something: `hmac_key`, `stripe.key`, `storageKey`. */
const KEY = /\b(\w+) keys?$/;
const HARMLESS_KEYS = new Set(
  `primary foreign public unique natural composite surrogate candidate cache sort partition shard range row hash cluster index
  routing binding ordering idempotency dedup deduplication object message event s3 bucket blob record document entity item node
  flag feature translation i18n locale language label tag metric map dict json yaml config configuration setting settings option
  property attribute field column header param parameter query search lookup filter group grouping join order user tenant customer
  product project issue job task queue topic lock redis memcached hotkey shortcut press arrow any error data react list state
  context route template resource correlation trace duplicate invalid wrong unknown missing the a an no by of with this that for
  each same dynamodb kafka rabbitmq mongodb other new old first last next previous current max min start end left right up down enter escape`.split(
    /\s+/,
  ),
);

/** A last word that makes it a name for something about a secret: `token.type`, `password_changed_at`, `secret.arn`. */
const ABOUT_SECRETS = new RegExp(
  '\\b(?:count|counts|total|size|length|type|types|kind|name|names|arn|uri|url|endpoint|file|path|dir|status|result|results|' +
    'method|policy|enabled|disabled|required|valid|invalid|verified|expired|expires|expiry|expiration|ttl|age|at|date|time|' +
    'timestamp|duration|seconds|ms|limit|limits|usage|used|remaining|budget|rate|attempts|purpose|scheme|provider|issuer|' +
    'requested|clicks|rotation|s|' +
    'js|ts|mjs|cjs|jsx|tsx|json|java|py|go|rb|php|' + // `token.js:10:5` is a place in a program
    'version|format|algorithm|strength|changed|present|exists|missing|error|errors|reason|ratio|cost|price|index|consent)$' +
    // It says whether there is one, or which.
    '|\\b(?:has|is|needs|requires|supports|without) |\\b(?:token|api key|deploy key|credential) id$|\\b(?:account|user) sid$' +
    '|\\b(?:method|function|type|call|exit|kill) (?:signature|sig)$',
);

/** Language models count tokens. */
const COUNTED_TOKENS =
  /\b(?:count|usage|input|output|prompt|prediction|accepted|rejected|completion|max|min|total|per|first|cached?|reasoning|thinking|budget|context|generated|audio|text|image)\b/;

/** The semantic conventions' own session ids tie records together; `sessionId` or `session_id` is what a cookie holds. */
const SESSION_ATTRIBUTE = /^(?:mcp\.)?session\.(?:previous_)?id$/;

const MAX_NAME_LENGTH = 256;
const MAX_KNOWN_NAMES = 2000;

/** How much of a value its name makes secret. */
export type Secrecy = 'none' | 'text' | 'text and numbers';

const known = new Map<string, Secrecy>();

/**
 * Whether values under `name` are secret: `password`, `X-Api-Key`, `dbPassword`, `accessToken`, `set-cookie`, `cvv`.
 * Not `author`, `monkey`, `token.count`, `password_policy`, `primary_key`.
 */
export function isSecretName(name: string): boolean {
  return secrecyOf(name) !== 'none';
}

/** `text` for names under which a number is a count (`tokens`), `text and numbers` where it is the secret itself (`pin`). */
export function secrecyOf(name: string): Secrecy {
  let secrecy = known.get(name);
  if (secrecy === undefined) {
    secrecy = classify(name.slice(-MAX_NAME_LENGTH));
    if (name.length <= MAX_NAME_LENGTH) {
      if (known.size === MAX_KNOWN_NAMES) known.clear();
      known.set(` ${name}`.slice(1), secrecy); // a copy: a part of a long text would keep all of it
    }
  }
  return secrecy;
}

function classify(name: string): Secrecy {
  const words = wordsOf(name).replace(/ ?\d+$/, ''); // `password1`, `api_key_2`, `x-hub-signature-256`
  if (ABOUT_SECRETS.test(words) || SESSION_ATTRIBUTE.test(name)) return 'none';
  if (SECRET_NUMBER.test(words)) return 'text and numbers';
  if (!SECRET_TEXT.test(words)) {
    // Of two words in a sentence, any may stand before `key`.
    const qualifier = name.includes(' ') ? undefined : KEY.exec(words)?.[1];
    return qualifier === undefined || HARMLESS_KEYS.has(qualifier) ? 'none' : 'text';
  }
  return /tokens?\b/.test(words) && COUNTED_TOKENS.test(words) ? 'none' : 'text';
}

/** `X-Api-Key`, `x_api_key`, `xApiKey` and `x.api.key` are all `x api key`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}
