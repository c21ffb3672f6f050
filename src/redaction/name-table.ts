/**
 * Which names stand for secrets, and which only look so: the one table from which names are judged (`secret-names.ts`), the
 * quick look at texts (`redact-text.ts`), the page (`docs/privacy.md`) and the tests are made.
 *
 * Names are compared by their words, in lower case with one space between them: `X-Api-Key` is `x api key`.
 */

import { KEYS_OF_THINGS, type HarmlessName } from './harmless-names.ts';

/**
 * How much of a value its name makes secret: nothing; text that is no plain word (`region_key` may be `eu` or a key); all text,
 * where a number is a count (`tokens`); numbers too (`pin`).
 */
export type Secrecy = 'none' | 'text like a key' | 'text' | 'text and numbers';

export interface SecretName {
  /** What such a name stands for, as the page says it. */
  readonly what: string;
  readonly words: RegExp;
  readonly secrecy: Secrecy;
  /** A part of every such name, as it stands in text: without any row's part in it, a text has no name to look at. */
  readonly part: RegExp;
  readonly examples: readonly string[];
  /** Values that are none: `sig: SIGTERM`. */
  readonly harmlessValue?: RegExp;
  /** Names that fit, and are none all the same. */
  readonly except?: readonly HarmlessName[];
  /** Such names name a thing where they stand in a sentence before a plain word: `client key: web-1`. */
  readonly plainInSentence?: RegExp;
  /** Numbers are counts where this stands behind them: `pass: 1234, fail: 5`. */
  readonly countedBefore?: RegExp;
  /** Also where nothing separates it from a value that looks like a secret: `password is …`, a cell of a table. */
  readonly isStated?: true;
}

/** `SIGTERM`, `SIGUSR1`, `HUP` */
export const SIGNAL = /^SIG[A-Z]{2,8}\d{0,2}$|^(?:HUP|INT|TERM|KILL|QUIT|USR[12]|CHLD|WINCH|ABRT|SEGV|PIPE)$/;

const COUNTS_BEHIND = /\b(?:fail(?:s|ed|ing|ures?)?|skip(?:s|ped)?|todo|pending|total|warn(?:ings?)?)["']?\s?[:=]\s?\d/i;

/** The first that fits counts. */
export const SECRET_NAMES: readonly SecretName[] = [
  {
    what: 'passwords',
    isStated: true,
    words:
      /password(?!less)|\bpass (?:word|phrase|code)|passphrase|passcode|passwd|\bpassw\b|pwd\b|\bpw\b|\bpswd\b|\b(?:bind|root|olc ?root|user|admin|ldap) ?pw\b|\brequire ?pass\b|\bmaster ?auth\b|\bpsk\b|\b(?:store|key)pass\b/,
    secrecy: 'text and numbers',
    part: /pass|pwd|pw\b|pswd|psk|auth/,
    examples: [
      'password',
      'db_password',
      'PGPASSWORD',
      'passwd',
      'MYSQL_PWD',
      'user.pw',
      'pswd',
      'passphrase',
      'passcode',
      'bindpw',
      'rootpw',
      'requirepass',
      'masterauth',
      'wpa_psk',
      'storepass',
    ],
  },
  {
    what: 'passwords in other languages',
    isStated: true,
    words:
      /passwort|kennwort|geheim(?:nis)?\b|wachtwoord|contrase(?:ñ|n)a|\bclave\b(?! (?:primaria|foránea))|mot ?de ?passe\b|\bsenha\b|\bsegredo\b|\bsegreta\b|парол|\bhasł[oa]\b|\bheslo\b|şifre|lösenord|losenord|salasana|adgangskode|kodeord|jelszó|lozinka|密码|密碼|パスワード|暗証番号|비밀번호|암호|كلمة (?:المرور|السر)|סיסמ|mật khẩu|รหัสผ่าน/,
    secrecy: 'text and numbers',
    part: /passwort|kennwort|geheim|wachtwoord|contrase|clave|passe|senha|segre|парол|has[łl]|heslo|ifre|senord|salasana|adgangs|kodeord|jelsz|lozinka|密|パス|暗証|비밀|암호|كلمة|סיסמ|khẩu|รหัส/,
    examples:
      'Passwort kennwort Geheimnis wachtwoord contraseña clave senha segredo пароль hasło heslo şifre lösenord salasana jelszó 密码 パスワード 비밀번호'.split(
        ' ',
      ),
  },
  {
    what: 'secrets',
    isStated: true,
    words: /secret(?!ar|ion|ive|s?manager| santa)/,
    secrecy: 'text and numbers',
    part: /secret/,
    examples: ['client_secret', 'secretAccessKey', 'aws.secret_id'],
  },
  {
    what: 'numbers that people prove themselves with',
    isStated: true,
    words: /\bcv[vc]2?\b|\bcsc\b|\bt?otp\b|\bssn\b|\bsocial security (?:number|num|no)\b/,
    secrecy: 'text and numbers',
    part: /cv[vc]|csc|otp|ssn|social/,
    examples: ['cvv', 'CVC2', 'csc', 'otp', 'totp', 'ssn', 'social_security_number'],
  },
  {
    what: 'PINs',
    isStated: true,
    words: /\bpin(?: ?codes?)?\b/,
    secrecy: 'text and numbers',
    part: /pin/,
    examples: ['pin', 'PIN', 'pin_code', 'pincode'],
    harmlessValue: /^(?:[A-Z]{1,4}_?)?\d{1,3}$/i, // of a chip: `GPIO pin: 17`, `pin: D7`
  },
  {
    what: 'payment cards',
    words: /credit ?card|card ?(?:number|num|no)\b|\bpan$/,
    secrecy: 'text and numbers',
    part: /card|pan\b/,
    examples: ['creditCard', 'card_number', 'card.pan'],
    harmlessValue: /^[a-z]{1,12}$|^-?\d{1,3}$|^-?\d{1,4}\.\d{1,6}$/i, // `credit card: declined`, `pan: 0.5`
  },
  {
    what: 'codes that let somebody in',
    words:
      /\b(?:security|recovery|verification|mfa|2fa|access|auth|authorization|backup|device|invite|invitation|reset|activation|login|sms|one time|unlock|entry|pairing|door) ?codes?\b/,
    secrecy: 'text and numbers',
    part: /code/,
    examples: ['verification_code', '2fa_code', 'backupCodes', 'reset_code', 'device_code'],
    harmlessValue: /^\d$/,
  },
  {
    what: 'tokens',
    isStated: true,
    words: /tokens?\b/, // also `accesstoken`; not `tokenizer`
    secrecy: 'text',
    part: /token/,
    examples: ['token', 'accessToken', 'X-CSRF-Token', 'csrftoken', 'tokens'],
    // of a parser: `token: EOF`, `token: "("`
    harmlessValue:
      /^(?:EO[FLS]|identifier|ident|literal|number|string|keyword|operator|punctuator|comment|newline|whitespace|[^\p{L}\p{N}\s]{1,3})$/iu,
    except: [
      {
        what: 'tokens of language models, which are counted',
        words:
          /\b(?:count|usage|input|output|prompt|prediction|accepted|rejected|completion|max|min|total|per|first|cached?|reasoning|thinking|budget|context|generated|audio|text|image)\b/,
        examples: ['max_tokens', 'gen_ai.usage.input_tokens', 'time_to_first_token'],
      },
      {
        what: 'tokens of a page or a lock',
        words: /\b(?:page|next page|continuation|sync|resume|pagination|cursor|fencing|cancellation|cancel) tokens?$/,
        examples: ['next_page_token', 'sync_token', 'fencing_token'],
      },
      {
        what: 'tokens of a parser',
        inSentence: true,
        words: /\b(?:unexpected|expected|syntax|illegal|invalid or unexpected|type|class|interface|struct) tokens?$/,
        examples: ['unexpected_token', 'syntaxToken'],
      },
    ],
  },
  { what: 'cookies', words: /cookies?2?\b/, secrecy: 'text', part: /cook/, examples: ['cookie', 'Set-Cookie', 'cookies'] },
  {
    what: 'credentials',
    words: /\bcredentials?\b|\bcreds?\b/,
    secrecy: 'text',
    part: /cred/,
    examples: ['credentials', 'awsCredentials', 'creds'],
  },
  {
    what: 'keys that open something',
    isStated: true,
    words:
      /\bapi ?key\b|\bapikeys?\b|\b(?:api|access|private|secret|auth|encryption|signing|master|ssh|license|subscription|account|shared|functions|app|application|deploy|session|hmac|aes|storage|service|admin|webhook|root|server|client|write|gpg|pgp|rsa|jwt|tls|ssl) ?keys?\b|\bpriv ?keys?\b|\bpkey\b|\bpass ?keys?\b/,
    secrecy: 'text',
    part: /key/,
    plainInSentence: /\b(?:account|shared|functions|app|application|storage|service|client|server|write|root) keys?$/,
    examples: ['apiKey', 'X-API-Key', 'api_keys', 'private_key', 'access_key_id', 'Ocp-Apim-Subscription-Key', 'hmacKey'],
  },
  {
    what: 'keys by any other name',
    words: /\b\w+ keys?$/,
    secrecy: 'text like a key',
    part: /key/,
    examples: ['stripe.key', 'openaiKey', 'x_key'],
    except: [
      {
        what: 'keys that name a thing',
        words: KEYS_OF_THINGS,
        examples: ['primary_key', 'cache.key', 'aws.s3.key', 'feature_flag.key', 'idempotency-key', 'region_key', 'country.key'],
      },
    ],
  },
  {
    what: 'tokens and what passwords are hashed with, in short',
    words: /\b(?:tok|salt)$/,
    secrecy: 'text like a key',
    part: /tok|salt/,
    examples: ['tok', 'user.tok', 'salt', 'user_salt'],
  },
  {
    what: 'authorization',
    isStated: true,
    words: /\b(?:auth|authentication)$|authorization$|\bauth(?:entication|orization)? (?:header|value|string|data)$/,
    secrecy: 'text',
    part: /auth/,
    examples: ['Authorization', 'proxy-authorization', 'basic_auth', 'x-authentication', 'auth_header'],
  },
  {
    what: 'sessions',
    words: /\bjwt\b|\bbearer$|[cx]srf$|\bsid$|sess(?:ion)? ?id\b/, // also `phpsessid` and `jsessionid`
    secrecy: 'text',
    part: /jwt|bearer|srf|sess|sid\b/,
    examples: ['jwt', 'bearer', '_csrf', 'connect.sid', 'PHPSESSID', 'sessionId', 'session_id'],
  },
  {
    what: 'connection strings',
    words: /\bconn(?:ection)? ?str(?:ing)?\b|\bcommunity ?string\b/,
    secrecy: 'text',
    part: /conn|community/,
    examples: ['connectionString', 'conn_str'],
  },
  {
    what: 'passwords, in short',
    words: /\bpass$/,
    secrecy: 'text',
    part: /pass/,
    examples: ['pass', 'smtp.pass'],
    countedBefore: COUNTS_BEHIND,
    except: [
      {
        what: 'tests that pass, and passes of other kinds',
        inSentence: true,
        words:
          /\b(?:tests?|specs?|suites?|checks?|cases?|steps?|jobs?|builds?|render|shader|compiler?|optimi[sz]er|first|second|last|boarding|season|day|ski|feature|gate|press|band|low|high|by) pass$/,
        examples: ['tests.pass', 'checks_pass', 'render_pass', 'boarding_pass'],
      },
    ],
  },
  {
    what: 'signatures',
    words: /\bsignature$|\bsig$|\bsas$|\bhmac\b|\bdpop\b/,
    secrecy: 'text',
    part: /sig|sas\b|hmac|dpop/,
    examples: ['signature', 'x-hub-signature-256', 'sig', 'SharedAccessSignature', 'sas', 'hmac', 'dpop'],
    harmlessValue: SIGNAL,
    except: [
      {
        what: 'signatures of functions, and signals',
        inSentence: true,
        words: /\b(?:method|function|type|call|exit|kill|received|caught|got) (?:signature|sig)$/,
        examples: ['method_signature', 'exit_sig'],
      },
    ],
  },
  {
    what: 'proofs of OAuth and SAML',
    words: /\bcode verifier\b|\bclient assertion\b|\bsaml ?(?:response|request|assertion)\b/,
    secrecy: 'text',
    part: /code|assertion|saml/,
    examples: ['code_verifier', 'client_assertion', 'SAMLResponse'],
  },
  {
    what: 'links that let somebody in',
    words: /\b(?:magic|reset|login|invite|invitation|activation) ?link\b/,
    secrecy: 'text',
    part: /link/,
    examples: ['magicLink', 'resetLink'],
  },
  {
    what: 'recovery phrases',
    words: /\b(?:seed|recovery|mnemonic|backup) ?(?:phrases?|words)\b|\bmnemonics?\b|\bsecurity answer\b/,
    secrecy: 'text',
    part: /phrase|words|mnemonic|answer/,
    examples: ['seed_phrase', 'recoveryPhrase', 'mnemonic', 'securityAnswer'],
  },
];
