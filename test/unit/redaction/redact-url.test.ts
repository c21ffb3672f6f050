import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactQuery, redactUrl } from '../../../src/redaction/redact-url.ts';

describe('a URL', () => {
  for (const [url, expected] of [
    ['https://example.com/a?token=abc&q=a+b&page=2', 'https://example.com/a?token=REDACTED&q=REDACTED&page=REDACTED'],
    ['https://example.com/a?a=&b&c=d=e', 'https://example.com/a?a=&b&c=REDACTED'],
    ['/search?q=my%20disease', '/search?q=REDACTED'],
    ['?q=x', '?q=REDACTED'],
    ['https://example.com/?filter[email]=x&a.b=c', 'https://example.com/?filter[email]=REDACTED&a.b=REDACTED'],
    ['https://example.com/?a8f5f167f44f4964e6c998dee827110c', 'https://example.com/?REDACTED'],
    ['https://example.com/?wsdl', 'https://example.com/?wsdl'],
    ['https://example.com/?bob%40example.com=1', 'https://example.com/?REDACTED=REDACTED'],
    ['https://user:pass@example.com:8443/a', 'https://REDACTED:REDACTED@example.com:8443/a'],
    ['https://user@example.com/a', 'https://REDACTED@example.com/a'],
    ['https://us:er:pa@ss@example.com/a', 'https://REDACTED:REDACTED@example.com/a'],
    ['postgres://root:pa/ss@db:5432/app?sslmode=off', 'postgres://REDACTED:REDACTED@db:5432/app?sslmode=REDACTED'],
    ['postgres://root:pa?ss#x@db:5432/app', 'postgres://REDACTED:REDACTED@db:5432/app'],
    ['redis://:hunter2@cache:6379/0', 'redis://REDACTED:REDACTED@cache:6379/0'],
    ['mongodb+srv://u:p@a.example.com,b.example.com/db', 'mongodb+srv://REDACTED:REDACTED@a.example.com,b.example.com/db'],
    ['//user:pass@cdn.example.com/x.js', '//REDACTED:REDACTED@cdn.example.com/x.js'],
    ['https://app.example.com/#access_token=abc&state=x', 'https://app.example.com/#access_token=REDACTED&state=REDACTED'],
    ['https://app.example.com/#/page?token=abc', 'https://app.example.com/#/page?token=REDACTED'],
    ['https://api.telegram.org/bot123456:AAH-secret/sendMessage', 'https://api.telegram.org/botREDACTED/sendMessage'],
    ['https://api.telegram.org/file/bot123456%3AAAH-secret/photo.jpg', 'https://api.telegram.org/file/botREDACTED/photo.jpg'],
    ['https://hooks.slack.com/services/T00/B00/XXXX', 'https://hooks.slack.com/services/REDACTED'],
    ['https://discord.com/api/webhooks/123456/abc-DEF', 'https://discord.com/api/webhooks/123456/REDACTED'],
    ['https://hooks.slack.com/triggers/T0/123/abc', 'https://hooks.slack.com/triggers/REDACTED'],
    ['https://discord.com/api/v10/webhooks/123456/abc-DEF', 'https://discord.com/api/v10/webhooks/123456/REDACTED'],
    [
      'https://x.webhook.office.com/webhookb2/1a2b3c4d@5e6f/IncomingWebhook/9a8b7c6d/x',
      'https://x.webhook.office.com/webhookb2/REDACTED/IncomingWebhook/REDACTED/x',
    ],
    ['https://chat.example.com/hooks/jx3b8cq7r1', 'https://chat.example.com/hooks/REDACTED'],
    ['https://hooks.zapier.com/hooks/catch/12345678/q7r1jx3b/', 'https://hooks.zapier.com/hooks/catch/REDACTED/REDACTED/'],
    ['https://maker.ifttt.com/trigger/evt/with/key/q7r1jx3b', 'https://maker.ifttt.com/trigger/evt/with/key/REDACTED'],
    ['/hook/123456789%3AAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', '/hook/REDACTED'],
    ['/magic-link/q7r1jx3b', '/magic-link/REDACTED'],
    ['/activate/q7r1jx3b', '/activate/REDACTED'],
    ['/unsubscribe/q7r1jx3b', '/unsubscribe/REDACTED'],
    ['/share/q7r1jx3b', '/share/REDACTED'],
    ['https://h.example/x%20ghp_Ab3Ab3Ab3Ab3Ab3', 'https://h.example/x%20REDACTED'],
    ['/reset-password/8f14e45fceea', '/reset-password/REDACTED'],
    ['/users/bob@example.com/orders', '/users/REDACTED/orders'],
    ['/users/bob%40example.com/orders', '/users/REDACTED/orders'],
    ['/app;jsessionid=AB12;v=1/page', '/app;jsessionid=REDACTED;v=1/page'],
    ['data:text/plain;base64,SGVsbG8=', 'data:text/plain;base64,REDACTED'],
  ] as const) {
    test(`${url} becomes ${expected}`, () => {
      assert.equal(redactUrl(url), expected);
      assert.equal(redactUrl(expected), expected, 'redacting again must change nothing');
    });
  }

  for (const url of [
    'https://example.com',
    'https://example.com/users/12345/orders/abc-def',
    'http://localhost:3000/@vite/client',
    'https://medium.com/@author/a-story',
    'http://[::1]:8080/@scope/pkg',
    'https://registry.example.com/@scope%2fpkg/-/pkg-1.2.3.tgz',
    '/api/v1/bots/123/messages',
    '/tokens/count',
    '/keys/42',
    '/reset-password/:resetPasswordToken',
    '/webhooks/stripe',
    '/login/user-profile-settings',
    '/share/assets/app.3f2a1b9c.js',
    'http://[::1]:8080/x',
    'file:///C:/app/index.js',
    '/a#section-2',
    '*',
    '',
  ]) {
    test(`${url || 'nothing'} stays`, () => assert.equal(redactUrl(url), url));
  }
});

test('a query loses its values with and without its question mark', () => {
  assert.equal(redactQuery('a=1&b=2'), 'a=REDACTED&b=REDACTED');
  assert.equal(redactQuery('?a=1'), '?a=REDACTED');
  assert.equal(redactQuery(''), '');
  assert.equal(redactQuery('&&=x&'), '&&REDACTED=REDACTED&');
});
