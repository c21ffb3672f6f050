/** Secrets on command lines that no name announces: behind `-p`, in `user/password@host`, in `.netrc`. */
import { REDACTED } from './secret-shapes.ts';
import { isChosen } from './stated-values.ts';

/** Programs, and the letter behind which they take a password: attached (`-psecret`), or as the next argument too. */
const PASSWORD_FLAGS: readonly (readonly [letter: string, programs: string, isAttached?: true])[] = [
  ['p', 'mongosh?|mongo(?:dump|restore|export|import)|sshpass|(?:docker|podman|registry|oc|az) login|cqlsh'],
  ['p', '(?:mysql|mariadb)\\w{0,12}', true],
  ['p', '7za?|7zz', true],
  ['P', 'sqlcmd|bcp|isql|mosquitto_(?:pub|sub)|zip|unzip'],
  ['a', 'redis-cli|valkey-cli'],
  ['w', 'ldap(?:search|add|modify|delete|whoami)'],
  ['k', 'openssl enc'],
];

const PROGRAM = new RegExp(
  `\\b(?:${PASSWORD_FLAGS.map(([, programs]) => programs).join('|')}|machine|default|sqlplus|sqlldr|expdp|impdp|oracle)\\b`,
  'g',
);

const PASSWORD = `("[^"\\n]*"?|'[^'\\n]*'?|[^\\s"'-][^\\s"']*)`;

/** What stays, and the password behind it. For a text that begins with the program's name, and is no longer than `LOOK_AHEAD`. */
const COMMANDS: readonly RegExp[] = [
  ...PASSWORD_FLAGS.map(
    ([letter, programs, isAttached]) =>
      new RegExp(`^((?:${programs})(?: [^\\r\\n|;]{0,128}?)? -${letter}${isAttached ? '' : ' ?'})${PASSWORD}`),
  ),
  /^((?:machine\s{1,8}\S{1,128}|default)\s{1,8}login\s{1,8}\S{1,128}\s{1,8}password\s{1,8})(\S+)/, // .netrc
  /^((?:\w{5,7} (?:-\w{1,8} )?|oracle:\w{1,16}:)[\w$#]{1,64}\/)([^\s"'@/]+)@/, // Oracle: scott/tiger@orcl
];
const LOOK_AHEAD = 512;

const FLAG_AT_END = PASSWORD_FLAGS.filter(([, , isAttached]) => isAttached !== true).map(
  ([letter, programs]) => new RegExp(`^(?:\\S{0,128}/)?(?:${programs}) -${letter}$`),
);
const TAKES_ATTACHED = PASSWORD_FLAGS.map(([letter, programs]) => [`-${letter}`, new RegExp(`^(?:\\S{0,128}/)?(?:${programs})$`)] as const);

/** `curl -u user:password` */
const USER_FLAG = /^(?:-u|--user|--proxy-user)$/;
const USER_AND_PASSWORD = /^[^\s:]{1,64}:(?!\d{1,9}$)(.+)/;
const USER_FLAG_IN_TEXT = /((?:^|\s)(?:-u ?|--(?:proxy-)?user[ =])["']?[^\s:"'=]{1,64}:)(?!\d{1,9}\b)([^\s"']+)/g;
/** They take a user's name and password so; of `sort -u a:b` and `docker run -u node:node` nobody knows. */
const FETCHES = /\b(?:curl|wget|https?|xh|aria2c|ab|siege)(?:\s|$)/;

/** Any other program: behind `-p`, where a user's name stands behind `-u` as well. */
const USER_BESIDE = /(?:^|\s)(?:-u|--user(?:name)?)[ =][^\s-]\S{0,63}(?:\s|$)/;
const NO_PASSWORD_BESIDE = /\b(?:sudo|docker|podman|nerdctl|kubectl|ps|top|lsof|rsync|ssh|scp|tsc)\s/;
/** Ports and addresses, and what stands for a password in a manual. */
const NO_PASSWORD = /^(?:[\d.:/,*-]+(?:tcp|udp)?|[A-Z_]+|<.*|[$%{].*)$/;

export function redactCommands(text: string): string {
  let result = '';
  let done = 0;
  PROGRAM.lastIndex = 0;
  for (let program = PROGRAM.exec(text); program; program = PROGRAM.exec(text)) {
    const command = text.slice(program.index, program.index + LOOK_AHEAD);
    for (const pattern of COMMANDS) {
      const [, before = '', password = ''] = pattern.exec(command) ?? [];
      if (password === '') continue;
      const start = program.index + before.length;
      let end = start + password.length;
      if (end === program.index + LOOK_AHEAD) while (end < text.length && !/\s/.test(text[end] as string)) end++;
      result += text.slice(done, start) + REDACTED;
      done = PROGRAM.lastIndex = end;
      break;
    }
  }
  return result + text.slice(done);
}

/** `curl -u ann:…`, and any program's `-u ann -p …`. */
export function redactUserFlags(text: string): string {
  const result = text.replace(USER_FLAG_IN_TEXT, (whole, before: string, password: string, at: number) =>
    FETCHES.test(text.slice(Math.max(0, at - LOOK_AHEAD), at)) || isChosen(password) ? before + REDACTED : whole,
  );
  return result.includes(' -p ') || result.includes(' -P ') ? redactPasswordFlags(result) : result;
}

function redactPasswordFlags(text: string): string {
  return text.replace(/ -[pP] ([^\s"'-][^\s"']*)/g, (whole, password: string, at: number) => {
    const before = text.slice(Math.max(0, at - LOOK_AHEAD), at);
    const behind = text.slice(at + whole.length, at + whole.length + LOOK_AHEAD);
    const isOne = (USER_BESIDE.test(before) || USER_BESIDE.test(behind)) && !NO_PASSWORD_BESIDE.test(before) && !NO_PASSWORD.test(password);
    return isOne ? whole.slice(0, 4) + REDACTED : whole;
  });
}

/** Whether the item at `at`, behind `-p`, is one: `['mytool', '-u', 'ann', '-p', '…']`. */
export function isPasswordBesideUser(items: readonly unknown[], at: number): boolean {
  const argument = items[at];
  if (typeof argument !== 'string' || argument.length > LOOK_AHEAD) return false;
  const isOther = typeof items[0] === 'string' && NO_PASSWORD_BESIDE.test(`${items[0].slice(-LOOK_AHEAD)} `);
  return !isOther && !NO_PASSWORD.test(argument) && items.some((item) => item === '-u' || item === '--user' || item === '--username');
}

/** Whether `argument` is a flag with a password behind it: `['mysql', '-psecret']`. */
export function isAttachedPassword(program: unknown, argument: unknown): boolean {
  if (
    typeof argument !== 'string' ||
    argument.length < 3 ||
    !argument.startsWith('-') ||
    typeof program !== 'string' ||
    program.length > 256
  )
    return false;
  return TAKES_ATTACHED.some(([flag, programs]) => argument.startsWith(flag) && programs.test(program));
}

/** Whether `argument` is a password because of the one before it, and of the program that is run. */
export function isPasswordArgument(program: string, before: string, argument: string): boolean {
  if (before.length > 32 || !before.startsWith('-')) return false;
  if (USER_FLAG.test(before)) {
    const password = USER_AND_PASSWORD.exec(argument.slice(0, 256))?.[1];
    return password !== undefined && (FETCHES.test(program.slice(-256)) || isChosen(password));
  }
  return program.length <= 256 && FLAG_AT_END.some((pattern) => pattern.test(`${program} ${before}`));
}
