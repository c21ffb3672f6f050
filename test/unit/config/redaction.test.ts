import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';

test('what stays and what goes is added up from the environment and from code', () => {
  const { config, problems } = loadConfig(
    { SIGNALBOX_REDACT_KEEP: 'app.region_key, page', SIGNALBOX_REDACT_ALSO: 'employee_number,/EMP-\\d{1,8}/i' },
    { redact: { keep: ['theme.key'], also: ['license plate', /B-\d+/] } },
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(config.redaction, {
    keep: ['app.region_key', 'page', 'theme.key'],
    also: ['employee_number', '/EMP-\\d{1,8}/i', 'license plate', '/B-\\d+/'],
  });
});

test('an entry that cannot be used falls alone, with one line that says why', () => {
  const { config, problems } = loadConfig(
    { SIGNALBOX_REDACT_KEEP: '/x/,page', SIGNALBOX_REDACT_ALSO: 'plate,/(a+)+$/,/[/' },
    { redact: { also: [5 as never, 'city'] } },
  );
  assert.deepEqual(config.redaction, { keep: ['page'], also: ['plate', 'city'] });
  assert.deepEqual(
    problems.map(({ code, message }) => [code, message]),
    [
      [
        'bad-value',
        'SIGNALBOX_REDACT_KEEP must be a list of names separated by commas, got "/x/" (a pattern, where only names can be). The other entries are used.',
      ],
      [
        'bad-value',
        'SIGNALBOX_REDACT_ALSO must be a list of names and /patterns/ separated by commas, got "/(a+)+$/" (refused, for it may be slow: it repeats a group that repeats or has alternatives itself) and "/[/" (no regular expression). The other entries are used.',
      ],
      [
        'bad-value',
        'redact.also must be a list of names and /patterns/ separated by commas, got 5 (not text). The other entries are used.',
      ],
    ],
  );
});

test('an unknown option of redact is named', () => {
  const { problems } = loadConfig({}, { redact: { kep: [] } as never });
  assert.equal(problems[0]?.code, 'unknown-option');
  assert.match(problems[0]?.message ?? '', /redact\.kep .*did you mean redact\.keep\?/);
});
