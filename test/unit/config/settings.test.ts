import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import { FOREIGN_PREFIXES, RENAMED } from '../../../src/config/foreign-names.ts';
import { CODE_ONLY_OPTIONS, settings, settingsByName } from '../../../src/config/settings.ts';
import { loadLoggingConfig } from '../../../src/config/logging-config.ts';
import { loadSentryConfig } from '../../../src/config/sentry-config.ts';
import type { Setting } from '../../../src/config/setting.ts';
import { badValues } from './bad-values.ts';
import { checkConfig } from './check-config.ts';

/** Those of logging and of Sentry are read by these alone: `LOG_LEVEL` may be meant for another logger. */
function problemsOf({ group }: Setting, env: Readonly<Record<string, string>>): readonly { setting: string; message: string }[] {
  const { problems } = loadConfig(env);
  // With a DSN they are said as the process starts, otherwise when errors are to go there.
  if (group === 'sentry' && env['SENTRY_DSN'] === undefined) return [...problems, ...loadSentryConfig(env).problems];
  if (group !== 'logging') return problems;
  assert.deepEqual(problems, []);
  return loadLoggingConfig(env).problems;
}

test('every setting stands in the table once, with a meaning that is a sentence', () => {
  assert.equal(settingsByName.size, settings.length);
  for (const { name, meaning } of settings) {
    assert.match(name, /^(OTEL|SIGNALBOX)_[A-Z0-9_]+$|^ENVIRONMENT$|^GIT_COMMIT$|^(LOG|SENTRY)_[A-Z_]+$/);
    assert.match(meaning, /^[A-Z].*\.$/, name);
  }
});

test('every general setting that another one points to exists and has the same type', () => {
  for (const { name, general, type } of settings) {
    if (general !== undefined) assert.equal(settingsByName.get(general)?.type, type, name);
  }
});

test('a default is a value that its own setting accepts', () => {
  for (const setting of settings) {
    const { name, type, default: value } = setting;
    if (value === undefined || value === Infinity || type === 'list') continue;
    assert.deepEqual(problemsOf(setting, { [name]: String(value) }), [], name);
  }
  for (const setting of settings) {
    const { name, type, default: value } = setting;
    if (type !== 'list' || !Array.isArray(value) || value.length === 0) continue;
    assert.deepEqual(problemsOf(setting, { [name]: value.join(',') }), [], name);
  }
});

test('setting every enum to each of its values, in any case, is no problem', () => {
  for (const setting of settings) {
    const { name, type, values } = setting;
    if (type !== 'enum' && type !== 'exporter') continue;
    for (const value of values ?? []) {
      assert.deepEqual(problemsOf(setting, { [name]: value }), [], name);
      assert.deepEqual(loadConfig({ [name]: ` ${value.toUpperCase()} ` }), loadConfig({ [name]: value }), name);
    }
  }
});

for (const setting of settings) {
  test(`a bad value of ${setting.name} is one problem that names it, and the config is usable`, () => {
    for (const bad of badValues(setting)) {
      const { config } = loadConfig({ [setting.name]: bad });
      const problems = problemsOf(setting, { [setting.name]: bad });
      assert.equal(problems.length, 1, `${JSON.stringify(bad.slice(0, 80))}: ${JSON.stringify(problems)}`);
      const [problem] = problems;
      assert.equal(problem?.setting, setting.name);
      assert.match(problem?.message ?? '', /^[A-Z_]+ must .*, got .*\. [^.].*\.$/, 'four parts in one line');
      assert.ok((problem?.message.length ?? 0) < 700, problem?.message);
      checkConfig(config);
    }
  });

  test(`${setting.name} of spaces is as if it were not set`, () => {
    for (const blank of ['', '   ', '\t\n']) assert.deepEqual(loadConfig({ [setting.name]: blank }), loadConfig({}));
  });
}

test('bad values of all settings at once give a usable config', () => {
  const env = Object.fromEntries(settings.map((setting) => [setting.name, badValues(setting)[0]]));
  const { config, problems } = loadConfig(env);
  checkConfig(config);
  const named = new Set([...problems, ...loadLoggingConfig(env).problems, ...loadSentryConfig(env).problems].map(({ setting }) => setting));
  // The argument of a sampler that is not known may have any form.
  for (const { name } of settings) if (name !== 'OTEL_TRACES_SAMPLER_ARG') assert.ok(named.has(name), name);
});

test('no known name looks like a foreign one or like a renamed one', () => {
  for (const { name } of settings) {
    assert.ok(!FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix)), name);
    assert.ok(!RENAMED.has(name), name);
  }
});

test('what only code can say is no option of a setting', () => {
  for (const { option } of settings) assert.ok(option === undefined || !CODE_ONLY_OPTIONS.some((name) => name === option), option);
});
