import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactText } from '../../../src/redaction/redact-text.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r';

describe('in text', () => {
  for (const [text, expected] of [
    ['login failed: password=hunter2, user=ada', 'login failed: password=REDACTED, user=ada'],
    ['password: "two words" is wrong', 'password: "REDACTED" is wrong'],
    ["{ password: 'it is', n: 1 }", "{ password: 'REDACTED', n: 1 }"],
    ['{"a":1,"apiKey":"x\\"y","b":2}', '{"a":1,"apiKey":"REDACTED","b":2}'],
    ['{\\"token\\":\\"x\\\\\\"y\\",\\"b\\":2}', '{\\"token\\":\\"REDACTED\\",\\"b\\":2}'],
    ['{"pin": 1234, "ok": true}', '{"pin": REDACTED, "ok": true}'],
    ['"credentials": {"user": "u", "list": ["a"]}, "b": 1', '"credentials": REDACTED, "b": 1'],
    ['a=1&access_token=abc&b=2', 'a=1&access_token=REDACTED&b=2'],
    ['API key: abc123 is not valid', 'API key: REDACTED is not valid'],
    ['DB_PASSWORD=x node app.js', 'DB_PASSWORD=REDACTED node app.js'],
    ['node app.js --db-password=x --token y --verbose', 'node app.js --db-password=REDACTED --token REDACTED --verbose'],
    ['<soap><password>x</password></soap>', '<soap><password>REDACTED</password></soap>'],
    ['Server=db;User Id=sa;Password=x;Encrypt=true', 'Server=db;User Id=sa;Password=REDACTED;Encrypt=true'],
    ['Cookie: a=b; c=d\nHost: h', 'Cookie: REDACTED\nHost: h'],
    ['Authorization: Bearer abc def\r\nHost: h', 'Authorization: REDACTED\r\nHost: h'],
    ['sent Bearer abc-123 to them', 'sent Bearer REDACTED to them'],
    ['Basic dXNlcjpwYXNz', 'Basic REDACTED'],
    [`jwt is ${JWT}`, 'jwt is REDACTED'],
    [`(${JWT})`, '(REDACTED)'],
    ['GET https://u:p@h.example/a?b=c failed', 'GET https://REDACTED:REDACTED@h.example/a?b=REDACTED failed'],
    ["fetch('https://h.example/?b=c')", "fetch('https://h.example/?b=REDACTED')"],
    ['{"url":"https://h.example/?b=c","n":1}', '{"url":"https://h.example/?b=REDACTED","n":1}'],
    ['connect ECONNREFUSED postgres://root:x@db:5432/app', 'connect ECONNREFUSED postgres://REDACTED:REDACTED@db:5432/app'],
    ['dial root:hunter2@tcp(localhost:3306)/db', 'dial root:REDACTED@tcp(localhost:3306)/db'],
    ['POST /bot123456:AAH-secret/sendMessage', 'POST /botREDACTED/sendMessage'],
    ['token 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw is used', 'token REDACTED is used'],
    ['mail to ada.b+c@mail.example.co.uk.', 'mail to REDACTED.'],
    ["Duplicate entry 'a@b.example' for key", "Duplicate entry 'REDACTED' for key"],
    ['x@163.com', 'REDACTED'],
    ['card 4111 1111 1111 1111 declined', 'card REDACTED declined'],
    ['/pay/4242%204242%204242%204242/now', '/pay/REDACTED/now'],
    ['/pay/4242+4242%2D4242-4242', '/pay/REDACTED'],
    ['5500-0000-0000-0004', 'REDACTED'],
    ['ids 12 34 4111111111111111 56', 'ids 12 34 REDACTED 56'],
    ['378282246310005', 'REDACTED'],
    [`${'4111111111111111 '.repeat(3)}x`, 'REDACTED REDACTED REDACTED x'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nnext',
      '-----BEGIN RSA PRIVATE KEY-----REDACTED-----END RSA PRIVATE KEY-----\nnext',
    ],
    ['-----BEGIN PRIVATE KEY-----\\nMIIE', '-----BEGIN PRIVATE KEY-----REDACTED'],
    ['https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/services/REDACTED'],
  ] as const) {
    test(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, () => {
      assert.equal(redactText(text), expected);
      assert.equal(redactText(expected), expected, 'redacting again must change nothing');
    });
  }

  const after = 'Ab3'.repeat(14);
  for (const key of [
    `AKIA${'IOSFODNN7EXAMPLE'}`,
    `AIza${after}`,
    `ya29.${after}`,
    `GOCSPX-${after}`,
    `ghp_${after}`,
    `github_pat_${after}`,
    `glpat-${after}`,
    `sk-${after}`,
    `sk-proj-${after}`,
    `sk-ant-api03-${after}`,
    `sk_live_${after}`,
    `rk_test_${after}`,
    `whsec_${after}`,
    `xoxb-${after}`,
    `xapp-1-${after}`,
    `npm_${after}`,
    `pypi-${after}`,
    `dckr_pat_${after}`,
    `SG.${after}.${after}`,
    `key-${'0a'.repeat(16)}`,
    `xkeysib-${after}`,
    `hf_${after}`,
    `shpat_${'0a'.repeat(16)}`,
    `dop_v1_${'0a'.repeat(32)}`,
    `dapi${'0a'.repeat(16)}`,
    `SK${'0a'.repeat(16)}`,
    `sq0atp-${after}`,
    `EAA${after}`,
    `hvs.${after}`,
    `AGE-SECRET-KEY-1${'Q2'.repeat(20)}`,
  ]) {
    test(`the key ${key} goes`, () => {
      assert.equal(redactText(key), 'REDACTED');
      assert.equal(redactText(`used (${key}) here`), 'used (REDACTED) here');
      assert.equal(redactText(`/v1/${key}/x`), '/v1/REDACTED/x');
    });
  }

  for (const text of [
    'GET /users/:id',
    'Listening on http://localhost:3000/',
    'SyntaxError: Unexpected token \'}\', "{a}" is not valid JSON',
    'Unexpected token < in JSON at position 0',
    "TypeError: Cannot read properties of undefined (reading 'key')\n    at Object.<anonymous> (/srv/app/node_modules/.pnpm/express@4.18.2_supports-color@8.1.1/node_modules/express/lib/router.js:281:22)\n    at async file:///srv/app/token.js:10:5\n    at node:internal/process/task_queues:95:5",
    '2026-11-20T17:14:00.123Z info: request done in 12.5 ms',
    '4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '550e8400-e29b-41d4-a716-446655440000',
    'order 1234567890123456, time 1763658840123 and 1763658840123456789',
    'tokens: 500, max_tokens=1000, "prompt_tokens": 12',
    'author: Ada, authority=example.com, monkey=1, keyboard: us',
    'password_policy: strict, token_type=Bearer, has_password: true, password: null, secret=',
    'basic authentication is required; Bearer of good news',
    'git@github.com:owner/repo.git, npm i react@18.2.0 @scope/pkg@1.0.0-rc.js, icon@2x.png, repo/image:tag@sha256:abcdef',
    'npm_config_registry and npm_lifecycle_event, sk-SK locale, sha256-abc',
    '10.0.0.1:8080 [::1]:443',
    '100% of 5 > 3 => ok',
    'primary key: 5, status code: 404, exit code=1',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
    '',
  ]) {
    test(`${JSON.stringify(text.slice(0, 60))} stays`, () => assert.equal(redactText(text), text));
  }
});
