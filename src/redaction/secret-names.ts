/** Which names (of attributes, headers, fields, parameters, flags) stand for a secret. Names are compared by their words. */

/** Secret as text, in words of lower case with one space between them. */
const SECRET_TEXT = new RegExp(
  [
    /tokens?\b/, // also `accesstoken`; not `tokenizer`
    /cookies?\b/,
    /\bcredentials?\b|\bcreds?\b/,
    /\b(?:api|access|private|secret|auth|encryption|signing|master|ssh|license|subscription|account|shared|functions|app|application|deploy|session) ?keys?\b/,
    /\bauth$|authorization$|\bauthorization (?:header|value)$/,
    /\bjwt\b|\bbearer$|[cx]srf$|\bsid$/,
    /sess(?:ion)? ?id\b/, // also `phpsessid` and `jsessionid`
    /connection ?string/,
    /\bpass$/,
  ]
    .map((part) => part.source)
    .join('|'),
);

/** Secret as text and as a number. */
const SECRET_NUMBER = new RegExp(
  [
    /password(?!less)|passwd|passcode|passphrase|pwd\b/,
    /secret(?!ar|ion|s?manager)/,
    /\bpin(?: code)?\b|\bcv[vc]2?\b|\bt?otp\b|\bssn\b/,
    /credit ?card|card ?(?:number|num|no)\b/,
    /\b(?:security|recovery|verification|mfa|2fa|access|auth|authorization|backup) code\b/,
  ]
    .map((part) => part.source)
    .join('|'),
);

/** A last word that makes it a name for something about a secret: `token.type`, `password_changed_at`, `secret.arn`. */
const ABOUT_SECRETS = new RegExp(
  '\\b(?:count|counts|total|size|length|type|types|kind|name|names|arn|uri|url|endpoint|file|path|dir|status|result|results|' +
    'method|policy|enabled|disabled|required|valid|invalid|verified|expired|expires|expiry|expiration|ttl|age|at|date|time|' +
    'timestamp|duration|seconds|ms|limit|limits|usage|used|remaining|budget|rate|attempts|purpose|scheme|provider|issuer|' +
    'js|ts|mjs|cjs|jsx|tsx|json|java|py|go|rb|php|' + // `token.js:10:5` is a place in a program
    'version|format|algorithm|strength|changed|present|exists|missing|error|errors|reason|ratio|cost|price|index|consent)$',
);

/** Language models count tokens. */
const COUNTED_TOKENS =
  /\b(?:count|usage|input|output|prompt|completion|max|min|total|per|first|cached?|reasoning|budget|context|generated|audio|text)\b/;

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
      known.set(name, secrecy);
    }
  }
  return secrecy;
}

function classify(name: string): Secrecy {
  const words = wordsOf(name);
  if (ABOUT_SECRETS.test(words) || SESSION_ATTRIBUTE.test(name)) return 'none';
  if (SECRET_NUMBER.test(words)) return 'text and numbers';
  if (!SECRET_TEXT.test(words)) return 'none';
  return /tokens?\b/.test(words) && COUNTED_TOKENS.test(words) ? 'none' : 'text';
}

/** `X-Api-Key`, `x_api_key`, `xApiKey` and `x.api.key` are all `x api key`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}
