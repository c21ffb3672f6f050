/**
 * Secrets that are told by their place in a statement, a line of a protocol or a file, without a name and a separator before them:
 * `IDENTIFIED BY …`, `AUTH …`, `requirepass …`. One table; to add one, write the row, with its keyword in `suspicion.ts`.
 */
import { isSaying } from './said-of-secrets.ts';
import { REDACTED } from './secret-shapes.ts';
import { isChosen, isRandom } from './stated-values.ts';

interface Place {
  readonly what: string;
  /** As far as it reaches, from its first word on; sees no more than `LOOK_AHEAD`. */
  readonly extent: RegExp;
  /** What stays, and the secret behind it; any number of them. */
  readonly secrets: RegExp;
  /** Whether the secret is one. Default: any. */
  readonly isSecret?: (value: string) => boolean;
  readonly example: string;
  readonly nearMiss: string;
}

const LOOK_AHEAD = 480;
/** In quotes, with what is glued to them, or a word. */
const VALUE = `("[^"\\r\\n]*"?[^\\s"',;()]*|'[^'\\r\\n]*'?[^\\s"',;()]*|[^\\s"',;()]+)`;
/** Words of SQL that stand where a password may. */
const NO_PASSWORD_OF_SQL =
  /^(?:expire|never|null|default|disable|enable|lock|history|reuse|require|optional|interval|verify|function|using|with|for|as|to|set|\?|globally|externally)$/i;

/** A value in quotes, or one that is more than a word of a sentence. */
const isGiven = (value: string): boolean => /^["']/.test(value) || isChosen(value);
const isNoSaying = (value: string): boolean => value.length >= 4 && !isSaying(value);

export const PLACES: readonly Place[] = [
  {
    what: 'passwords of the users of a database',
    extent: /^(?:alter|create)\s{1,8}(?:user|role|login|(?:public\s{1,8})?database\s{1,8}link)\s[^;\r\n]{0,400}/i,
    secrets: new RegExp(
      `(\\b(?:identified\\s{1,8}(?:with\\s{1,8}["'\`\\w]{1,64}\\s{1,8})?(?:by|as)\\s{1,8}(?:(?:password|values)\\s{1,8})?|replace\\s{1,8}|password\\s{0,8}(?:=\\s{0,8}|\\(\\s{0,4}|\\s)\\s{0,8}))${VALUE}`,
      'gi',
    ),
    isSecret: (value) => !NO_PASSWORD_OF_SQL.test(value),
    example: 'ALTER USER ann IDENTIFIED BY "$" REPLACE "$"',
    nearMiss: 'ALTER USER ann PASSWORD EXPIRE NEVER',
  },
  {
    what: 'passwords that a grant sets',
    extent: /^identified\s[^;\r\n]{0,200}/i,
    secrets: new RegExp(
      `(\\bidentified\\s{1,8}(?:with\\s{1,8}["'\`\\w]{1,64}\\s{1,8})?(?:by|as)\\s{1,8}(?:(?:password|values)\\s{1,8})?|\\breplace\\s{1,8})${VALUE}`,
      'gi',
    ),
    isSecret: isGiven,
    example: "GRANT ALL ON *.* TO ann IDENTIFIED BY '$'",
    nearMiss: 'identified by name and version',
  },
  {
    what: 'arguments of stored procedures that set passwords',
    extent: /^sp_(?:add(?:login|approle|linkedsrvlogin)|password|setapprole)\b[^;\r\n]{0,300}/i,
    secrets: new RegExp(`((?:,\\s{0,8}|\\bsp_password\\s{1,8})(?:@\\w{1,32}\\s{0,4}=\\s{0,4})?N?)${VALUE}`, 'gi'),
    isSecret: (value) => !/^(?:null|false|true|\?|@.*)$/i.test(value),
    example: 'EXEC sp_addlogin ann, $',
    nearMiss: 'sp_addlogin failed',
  },
  {
    what: 'AUTH of SMTP, IMAP and POP3',
    extent: /^AUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2?|OAUTHBEARER|CRAM-MD5|NTLM|EXTERNAL) [^\r\n]{0,400}/i,
    secrets: /^(\w{4,12} [\w-]{4,12} )([\w+/=]{8,})/g,
    isSecret: (value) => value.length > 11 || !/^[a-z]+$/i.test(value),
    example: 'AUTH PLAIN $',
    nearMiss: 'AUTH LOGIN successful',
  },
  {
    what: 'AUTH of Redis, also in HELLO and MIGRATE',
    extent: /^AUTH [^\r\n]{0,200}/,
    secrets: /^(AUTH2? (?:[^\s"']{1,64} (?=\S{1,128}(?:\s{0,2}$|"| SETNAME)))?"?)([^\s"']+)/g,
    isSecret: isChosen,
    example: 'HELLO 3 AUTH default $',
    nearMiss: 'AUTH failed for 2 users',
  },
  {
    what: 'PASS of FTP, POP3 and IRC',
    extent: /^PASS \S{1,128}(?=[\r\n"'\\]|$)/,
    secrets: /^(PASS )([^\s"'\\]+)/g,
    isSecret: isRandom,
    example: 'USER ann\r\nPASS $\r\n',
    nearMiss: 'PASS test/unit/shop2.test.ts',
  },
  {
    what: 'LOGIN of IMAP',
    extent: /^LOGIN (?:"[^"\r\n]{0,128}"|[^\s"]{1,128}) [^\r\n]{1,200}/,
    secrets: /^(LOGIN (?:"[^"\r\n]{0,128}"|[^\s"]{1,128}) )("[^"]*"?|\S+)/g,
    isSecret: isGiven,
    example: 'a1 LOGIN ann $',
    nearMiss: 'LOGIN page opened by ann',
  },
  {
    what: 'passwords that ACL SETUSER sets',
    extent: /^ACL SETUSER [^\r\n]{0,300}/i,
    secrets: /( [>#])(\S+)/g,
    example: 'ACL SETUSER ann on >$ ~*',
    nearMiss: 'ACL SETUSER ann on allkeys',
  },
  {
    what: 'directives of configuration files',
    extent: /^(?:requirepass|masterauth|rootpw)\s[^\r\n]{1,200}/i,
    secrets: /^(\w{6,11}\s{1,8}(?:--\w{1,16}\s{1,4})?)("[^"]*"?|\S+)/g,
    isSecret: isNoSaying,
    example: 'requirepass $',
    nearMiss: 'requirepass is not set',
  },
  {
    what: 'community strings of SNMP',
    extent: /^snmp-server (?:community|host) [^\r\n]{1,128}/,
    secrets: /( community )(\S+)/g,
    example: 'snmp-server community $ RO',
    nearMiss: 'snmp-server location rack 4',
  },
  {
    what: 'commands that take a password without a flag',
    extent: /^(?:htpasswd|net use|smbclient|rpcclient) [^\r\n|;]{1,300}/,
    secrets:
      /^(htpasswd (?:-\w{1,8} ){0,4}-\w{0,8}b\w{0,8} \S{1,128} \S{1,64} |net use (?:\S{1,8} )?\\{1,4}\S{1,128} (?=\S{1,128} .{0,64}\/user)|\w{9} [^%]{0,200}? ?-U ?[^\s%]{1,64}%)(\S+)/g,
    example: 'htpasswd -bB users ann $',
    nearMiss: 'htpasswd -c users ann now',
  },
  {
    what: 'keys of PuTTY',
    extent: /^Private-Lines: \d{1,4}\\?r?\r?(?:\n|\\n)[\s\S]{1,460}/,
    secrets: /(\n|\\n)([\w+/=]{30,})/g,
    example: `Private-Lines: 1\n$${'a1B2c3D4e5'.repeat(4)}`,
    nearMiss: 'Private-Lines: 1',
  },
  {
    what: 'tokens of Kerberos and NTLM',
    extent: /^(?:Negotiate|NTLM) [\w+/=]{20,400}/i,
    secrets: /^(\w{4,9} )([\w+/=]+)/g,
    isSecret: (value) => /\d/.test(value),
    example: `WWW-Authenticate: Negotiate $${'a1B2c3D4e5'.repeat(4)}`,
    nearMiss: 'Negotiate internationalization first',
  },
];

/** A word that a place begins with. */
export const KEYWORD: RegExp =
  /\b(?:(?:alter|create)\s{1,8}(?:user|role|login|public|database)\b|identified\s|sp_(?:add|pass|setapp)|auth(?:enticate)? |pass |login |acl setuser |requirepass\b|masterauth\b|rootpw\b|snmp-server |htpasswd |net use |smbclient |rpcclient |private-lines:|negotiate |ntlm )/gi;

/** `text` without the secrets that stand in a place of the table, with `instead` where they were. */
export function redactPlacedValues(text: string, instead: string = REDACTED): string {
  let result = '';
  let done = 0;
  KEYWORD.lastIndex = 0;
  for (let match = KEYWORD.exec(text); match; match = KEYWORD.exec(text)) {
    const from = match.index;
    const ahead = text.slice(from, from + LOOK_AHEAD);
    for (const { extent, secrets, isSecret } of PLACES) {
      const reached = extent.exec(ahead)?.[0];
      if (reached === undefined) continue;
      // One that goes on beyond what is seen goes on to its end.
      const end = reached.length === LOOK_AHEAD ? wordEnd(text, from + LOOK_AHEAD) : from + reached.length;
      const redacted = redactSecrets(text.slice(from, end), secrets, isSecret, instead);
      if (redacted === undefined) continue;
      result += text.slice(done, from) + redacted;
      done = KEYWORD.lastIndex = end;
      break;
    }
  }
  return result + text.slice(done);
}

function redactSecrets(text: string, secrets: RegExp, isSecret: Place['isSecret'], instead: string): string | undefined {
  const redacted = text.replace(secrets, (whole, before: string, value: string) => {
    const isOne = value !== instead && !value.startsWith(REDACTED) && (isSecret?.(value) ?? true);
    return isOne ? before + instead + whole.slice(before.length + value.length) : whole;
  });
  return redacted === text ? undefined : redacted;
}

function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && !/\s/.test(text[end] as string)) end++;
  return end;
}

/** A line of `.pgpass`: host, port, database, user, password. */
const PGPASS = /^((?:\*|[\w.-]{1,128}):(?:\*|\d{4,5}):[^:\s]{1,64}:[^:\s]{1,64}:)([^:\s]{4,})$/;

export function redactPgpass(text: string): string {
  if (text.length > 4096 || !/^[^\s:]{1,128}:(?:\*|\d{4,5}):/m.test(text)) return text;
  return text
    .split('\n')
    .map((line) => line.replace(PGPASS, (whole, before: string, value: string) => (isChosen(value) ? before + REDACTED : whole)))
    .join('\n');
}
