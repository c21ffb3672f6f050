/** Redacts long texts that are made to be slow, and says when it is through. */
import { parentPort } from 'node:worker_threads';
import { redactQueryText } from '../../../src/redaction/redact-query-text.ts';
import { redactSql } from '../../../src/redaction/redact-sql.ts';
import { redactText } from '../../../src/redaction/redact-text.ts';
import { redactUrl } from '../../../src/redaction/redact-url.ts';
import { isSecretName } from '../../../src/redaction/secret-names.ts';

const LENGTH = 256 * 1024;

const UNITS = [
  'a', ' ', '\n', '1', '1 ', '1-', '12 4111111111111111 ', '4111 ', '@', 'a@', 'a@b.', 'a@a@', '%40', ':', '=', '::', 'a:', 'a=', 'token=', 'token:', 'token="', "token='\\", 'token={', 'token=[',
  'key ', 'key: ', 'API key', '://', 'a://', 'a://b', 'http://@', 'a+', '?', '&', '#', ';', '/', '/token/', ';token=', 'eyJ', 'eyJa', 'eyJaaaaaaaaaa.', 'ghp_', 'sk-', 'SG.', 'AKIA', 'xoxb-',
  'bot1', 'bot123:', '/bot123456:', '123456:AA', 'bearer ', 'bearer', 'Basic aaaaaa ', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', '--', '--a ', '--token ', '"', "'", '`', '\\', '\\"', '\\\\', "''",
  '$', '$$', '$a$', '$a', '-- ', '--\n', '/*', '*/', '/*/', '#\n', '[', ']', '[a', '(', 'in (', 'in (?,', 'in (1,', '?,', 'q\'[', "N'", "E'\\", '"a".', 'from "', '{', '}', '{"', '{"a":', '{a:', 'a"b:', '<', '>', '<a>',
  'GET ', 'SET a ', 'a b ', 'Ab', 'A', 'cookie:', 'cookie: a\n', 'authorization', 'password ', '😀', '\ud800', '\u00e9@\u00e9.',
];

const PARTS: [name: string, run: (text: string) => unknown][] = [
  ['redactText', redactText],
  ['redactText of a URL', (text) => redactText(`https://h/${text}`)],
  ['redactUrl', redactUrl],
  ['redactUrl of a query', (text) => redactUrl(`/?${text}`)],
  ['redactSql', redactSql],
  ['redactSql of a string', (text) => redactSql(`a '${text}`)],
  ['redactQueryText of a document', (text) => redactQueryText(`{"${text}`)],
  ['redactQueryText of a command', (text) => redactQueryText(`GET ${text}`)],
  ['isSecretName', isSecretName],
];

for (const unit of UNITS) {
  const text = unit.repeat(Math.ceil(LENGTH / unit.length));
  for (const [name, run] of PARTS) {
    parentPort?.postMessage(`${name}: ${JSON.stringify(unit)} again and again`);
    run(text);
  }
}
parentPort?.postMessage('done');
