import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlainValue } from '../../../src/values/plain-value.ts';
import { redactAttribute } from '../../../src/redaction/redact-attribute.ts';

/** What must not leave, wherever it stands. */
const C = 'Zx7CANARYq9';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Each kind of place in which services write secrets: text under an empty key is a log's body or an error's message. */
const PLANTED: Readonly<Record<string, readonly (readonly [key: string, value: PlainValue])[]>> = {
  headers: [
    ['', `Authorization: Bearer ${C}`],
    ['', `> authorization: Basic ${base64(`ann:${C}`)}\r\n> host: h`],
    ['', `proxy-authorization: ${C}`],
    ['', `{"headers":{"x-api-key":"${C}","accept":"*/*"}}`],
    ['', `headers: { 'X-Auth-Token': '${C}', host: 'h' }`],
    ['http.request.header.x-vault-token', [C]],
    ['', `X-Amz-Security-Token: ${C}`],
    ['', `curl -H "Authorization: token ${C}" https://h.example`],
    ['', { rawHeaders: ['Host', 'h', 'X-Api-Key', C] }],
  ],
  cookies: [
    ['', `Cookie: theme=dark; sid=${C}`],
    ['', `set-cookie: session=${C}; HttpOnly; Path=/`],
    ['http.response.header.set-cookie', [`a=${C}; Secure`]],
    ['', `{"cookies":{"sid":"${C}"}}`],
    ['', `connect.sid=s%3A${C}.abc`],
  ],
  URLs: [
    ['', `GET https://h.example/cb?code=${C}&state=1 failed`],
    ['', `redirect to /login?next=/a&token=${C}`],
    ['url.full', `https://ann:${C}@h.example/`],
    ['url.full', `https://bucket.s3.example/o?X-Amz-Signature=${C}`],
    ['', `https://h.example/reset-password/${C}`],
    ['', `https://hooks.slack.com/services/T0/B0/${C}`],
    ['', `https://discord.com/api/webhooks/1234/${C}`],
    ['', `https://api.telegram.org/bot123456:${C}/getMe`],
    ['url.fragment', `access_token=${C}`],
    ['', `https%3A%2F%2Fh.example%2F%3Ftoken%3D${C}`],
    ['', `https://h.example/#id_token=${C}`],
  ],
  'connection strings': [
    ['', `postgres://app:${C}@db:5432/app`],
    ['', `redis://:${C}@cache:6379/0`],
    ['', `amqp://guest:${C}@mq/vhost`],
    ['', `mongodb+srv://u:${C}@a.example.com,b.example.com/db`],
    ['', `Server=db;Database=x;User Id=sa;Password=${C};Encrypt=true`],
    ['', `AccountName=a;AccountKey=${C}==;EndpointSuffix=core`],
    ['', `Endpoint=sb://h/;SharedAccessKeyName=root;SharedAccessKey=${C}`],
    ['', `host=db user=app password=${C} sslmode=require`],
    ['', `root:${C}@tcp(localhost:3306)/db`],
  ],
  statements: [
    ['db.query.text', `UPDATE users SET password = '${C}' WHERE id = 1`],
    ['', `Failed: INSERT INTO t (a) VALUES ('${C}')`],
    ['', `ALTER USER app WITH PASSWORD '${C}'`],
    ['db.statement', `AUTH ${C}`],
    ['', `Duplicate entry '${C}' for key 'users.token'`],
    ['', `Key (token)=(${C}) already exists.`],
  ],
  'JSON and other forms': [
    ['', `{"user":"ann","password":"${C}"}`],
    ['', JSON.stringify({ body: JSON.stringify({ clientSecret: C }) })],
    ['', JSON.stringify(JSON.stringify(JSON.stringify({ token: C })))],
    ['', `{ user: 'ann', apiKey: '${C}' }`],
    ['', `<Password>${C}</Password>`],
    ['', `<entry name="password" value="${C}"/>`],
    ['', `password: |\n  ${C}\nuser: ann`],
    ['', `user[password]=${C}&a=1`],
    ['', `%22password%22%3A%22${C}%22`],
    ['', `&quot;secret&quot;:&quot;${C}&quot;`],
    ['', `{"name":"api_key","value":"${C}"}`],
    ['', `Map(1) { 'token' => '${C}' }`],
    ['', `"password","${C}"`.replace(/^/, '[').replace(/$/, ']')],
  ],
  'command lines and environments': [
    ['', `node app.js --db-password=${C}`],
    ['', `mycli login --token ${C} --verbose`],
    ['process.command_args', ['node', '--api-key', C]],
    ['', `docker run -e DB_PASSWORD=${C} image`],
    ['', `AWS_SECRET_ACCESS_KEY=${C}\nHOME=/root`],
    ['', `export GITHUB_TOKEN="${C}"`],
    ['', `curl -u ann:${C} https://h.example`],
    ['', `PGPASSWORD=${C} psql -h db`],
    ['', `STRIPE_KEY=${C}`],
  ],
  'keys of issuers': [
    ['', `-----BEGIN EC PRIVATE KEY-----\n${C}\n-----END EC PRIVATE KEY-----`],
    ['', `eyJ${C}00.eyJ${C}.${C}`],
    ['note', `ghp_${C.repeat(3)}`],
    ['note', `sk-proj-${C.repeat(3)}`],
    ['note', `sk_live_${C.repeat(2)}`],
    ['note', `xoxb-${C}-${C}`],
    ['note', `AIza${C.repeat(3)}`],
    ['note', `glpat-${C}`],
    ['note', `SG.${C}${C}.${C}`],
    ['note', `hvs.${C.repeat(3)}`],
    ['note', `npm_${C.repeat(3)}`],
  ],
  people: [
    ['', `mail to ${C}@example.com failed`],
    ['user', `"Ann" <${C}@mail.example.co.uk>`],
    ['', `/users/${C}%40example.com`],
  ],
  'values inside of values': [
    ['', { a: { b: [{ password: C }] } }],
    ['', { config: { smtp: { auth: { user: 'u', pass: C } } } }],
    ['', [[['Authorization', C]]]],
    ['', { note: `{"token":"${C}"}` }],
    ['', { message: `failed: ${JSON.stringify({ apiKey: C })}` }],
    ['req', { url: `/a?token=${C}`, headers: { cookie: `a=${C}` } }],
    ['', Buffer.from(`secret=${C}`)],
    ['', { credentials: [C] }],
  ],
};

function textOf(value: unknown): string {
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    : JSON.stringify(value);
}

describe('a planted secret does not leave', () => {
  for (const [kind, rows] of Object.entries(PLANTED)) {
    for (const [key, value] of rows) {
      test(`in ${kind}: ${key || '(no key)'} = ${textOf(value).slice(0, 80)}`, () => {
        const redacted = redactAttribute(key, value);
        const text = textOf(redacted);
        assert.ok(!text.includes('CANARY') && !text.includes(base64(`ann:${C}`)), text);
        assert.deepEqual(redactAttribute(key, redacted as PlainValue), redacted, 'redacting again must change nothing');
      });
    }
  }

  test('nor does a number of a card, written in any way', () => {
    for (const card of [
      '4111111111111111',
      '4111 1111 1111 1111',
      '4111-1111-1111-1111',
      '4111+1111+1111+1111',
      '4111%201111%201111%201111',
      '3782 822463 10005',
    ])
      for (const text of [card, `paid with ${card}.`, `{"note":"${card}"}`, `a=${card}&b=1`])
        assert.ok(!/1111|10005/.test(redactAttribute('', text) as string), text);
  });
});
