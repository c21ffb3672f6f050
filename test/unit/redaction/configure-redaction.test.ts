import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { configureRedaction } from '../../../src/redaction/configure-redaction.ts';
import { entryFault, splitEntries } from '../../../src/redaction/own-entries.ts';
import { ISSUERS } from '../../../src/redaction/issuers.ts';
import { redactAttribute } from '../../../src/redaction/redact-attribute.ts';
import { redactText } from '../../../src/redaction/redact-text.ts';
import { redactUrl } from '../../../src/redaction/redact-url.ts';

afterEach(() => configureRedaction({ keep: [], also: [] }));

describe('a name that is to stay readable', () => {
  test('keeps its value as an attribute, in text, in an object, and as a parameter of a URL', () => {
    assert.equal(redactAttribute('partner.token', 'spring2026x'), 'REDACTED');
    assert.equal(redactText('partner_token=spring2026x'), 'partner_token=REDACTED');
    configureRedaction({ keep: ['partner.token', 'page'], also: [] });
    assert.equal(redactAttribute('partner.token', 'spring2026x'), 'spring2026x');
    assert.equal(redactAttribute('partnerToken', 'spring2026x'), 'spring2026x');
    assert.deepEqual(redactAttribute('', { partner: 1, 'partner-token': 'spring2026x' }), { partner: 1, 'partner-token': 'spring2026x' });
    assert.equal(redactText('partner_token=spring2026x'), 'partner_token=spring2026x');
    assert.equal(redactUrl('https://h.example/?page=2&q=x'), 'https://h.example/?page=2&q=REDACTED');
  });

  test('is that name alone, and no longer one', () => {
    configureRedaction({ keep: ['token', 'key'], also: [] });
    assert.equal(redactAttribute('token', 'spring2026x'), 'spring2026x');
    assert.equal(redactAttribute('access_token', 'spring2026x'), 'REDACTED');
    assert.equal(redactAttribute('api.key', 'spring2026x'), 'REDACTED');
  });

  test('never lets the key of an issuer, a card or a password through', () => {
    configureRedaction({ keep: ['app.token', 'page', 'url.query', 'user.email'], also: [] });
    for (const { sample } of ISSUERS) {
      assert.equal(redactAttribute('app.token', sample), 'REDACTED', sample);
      assert.ok(!redactUrl(`/?page=${encodeURIComponent(sample)}`).includes(sample.slice(-8)), sample);
      assert.ok(!String(redactAttribute('user.email', `${sample}@h.example`)).includes(sample.slice(-8)), sample);
    }
    assert.equal(redactAttribute('app.token', '4111 1111 1111 1111'), 'REDACTED');
    assert.equal(redactAttribute('app.token', 4111111111111111), 'REDACTED');
    assert.equal(redactAttribute('app.token', 'postgres://u:hunter2@db/x'), 'postgres://REDACTED:REDACTED@db/x');
    assert.equal(redactAttribute('app.token', 'password=hunter2'), 'password=REDACTED');
    assert.equal(redactAttribute('url.query', 'a=1&token=hunter2'), 'a=1&token=REDACTED');
  });

  test('may hold an e-mail address, when it is all there is', () => {
    configureRedaction({ keep: ['user.email'], also: [] });
    assert.equal(redactAttribute('user.email', 'ann@shop.example'), 'ann@shop.example');
    assert.equal(redactAttribute('user.email', 'mail to ann@shop.example'), 'mail to REDACTED');
    assert.equal(redactAttribute('user.mail', 'ann@shop.example'), 'REDACTED');
  });
});

describe('a name that goes', () => {
  test('loses its value as an attribute, in text, in objects and arrays, whatever was known of it', () => {
    assert.equal(redactAttribute('employee_number', 'E-17'), 'E-17');
    configureRedaction({ keep: [], also: ['employee_number', 'session.id', 'license plate', 'http.route'] });
    assert.equal(redactAttribute('employee_number', 'E-17'), 'REDACTED');
    assert.equal(redactAttribute('employee_number', 17), 'REDACTED');
    assert.equal(redactAttribute('hr.employeeNumber', 'E-17'), 'REDACTED');
    assert.equal(redactAttribute('session.id', 'a1b2c3'), 'REDACTED');
    assert.equal(redactAttribute('http.route', '/a/:id'), 'REDACTED');
    assert.equal(redactText('employee_number=E17x, n=1'), 'employee_number=REDACTED, n=1');
    assert.equal(redactText('{"employeeNumber":"E-17"}'), '{"employeeNumber":"REDACTED"}');
    assert.equal(redactText('license plate: BXY12 seen'), 'license plate: REDACTED seen');
    assert.deepEqual(redactAttribute('', [{ license_plate: 'B-XY 12' }]), [{ license_plate: 'REDACTED' }]);
    assert.deepEqual(redactAttribute('', { name: 'license_plate', value: 'B-XY 12' }), { name: 'license_plate', value: 'REDACTED' });
    assert.equal(redactAttribute('number', 'E-17'), 'E-17');
  });

  test('goes though it is also to stay', () => {
    configureRedaction({ keep: ['region_key'], also: ['region_key'] });
    assert.equal(redactAttribute('region_key', 'eu'), 'REDACTED');
  });
});

describe('a pattern that goes', () => {
  test('goes wherever it stands, also under names that are not looked at', () => {
    configureRedaction({ keep: ['note'], also: ['/EMP-\\d+/', '/\\b[a-z]{2}\\d{4}x\\b/i'] });
    assert.equal(redactAttribute('', 'user EMP-1234 (EMP-9)'), 'user REDACTED (REDACTED)');
    assert.equal(redactAttribute('note', 'EMP-1'), 'REDACTED');
    assert.equal(redactAttribute('note', 'AB1234X'), 'REDACTED');
    assert.equal(redactAttribute('session.id', 'EMP-1'), 'REDACTED');
    assert.equal(redactAttribute('http.route', '/e/EMP-1'), '/e/REDACTED');
    assert.equal(redactAttribute('url.path', '/e/EMP-1'), '/e/REDACTED');
    assert.equal(redactAttribute('service.name', 'EMP-1'), 'REDACTED');
    assert.deepEqual(redactAttribute('', { a: ['EMP-1', 2] }), { a: ['REDACTED', 2] });
    assert.equal(redactAttribute('x', Buffer.from('EMP-1')), 'REDACTED');
  });

  test('takes numbers too, but for those that name a kind', () => {
    configureRedaction({ keep: [], also: ['/^\\d{6}$/', '/404/'] });
    assert.equal(redactAttribute('employee', 123456), 'REDACTED');
    assert.equal(redactAttribute('n', 12), 12);
    assert.equal(redactAttribute('http.response.status_code', 404), 404);
  });

  test('changes nothing when it is applied again, whatever it matches', () => {
    configureRedaction({ keep: [], also: ['/[A-Z]{3}/', '/RED/', '/E/', '/D\\b/'] });
    const once = redactAttribute('', 'ABCDEF RED TEE xD');
    assert.equal(redactAttribute('', once as string), once);
  });

  test('is judged when it is read', () => {
    assert.equal(entryFault('/EMP-\\d+/', true), undefined);
    assert.match(entryFault('/EMP-\\d+/', false) ?? '', /only names/);
    for (const [entry, fault] of [
      ['/[/', /no regular expression/],
      ['/abc', /must end with/],
      ['/a/zz', /no regular expression/],
      ['/a*/', /matches nothing at all/],
      ['/(a+)+$/', /may be slow/],
      ['a=b', /not a name/],
      ['--', /not a name/],
    ] as const)
      assert.match(entryFault(entry, true) ?? 'no fault', fault, entry);
  });

  test('may hold commas', () => {
    assert.deepEqual(splitEntries('a.b, /x{1,3}[/,]\\/,y/i ,c d,,/z/'), ['a.b', '/x{1,3}[/,]\\/,y/i', 'c d', '/z/']);
    assert.deepEqual(splitEntries('/[/,a'), ['/[/', 'a']);
    assert.deepEqual(splitEntries(' , '), []);
  });
});
