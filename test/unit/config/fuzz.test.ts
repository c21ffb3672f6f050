import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { Setting } from '../../../src/config/setting.ts';
import { settings } from '../../../src/config/settings.ts';
import type { StartOptions } from '../../../src/config/start-options.ts';
import { badValues } from './bad-values.ts';
import { checkConfig } from './check-config.ts';

const SECRET = 'S3CR3T';
const ROUNDS = 3000;

/** A small generator with a seed (mulberry32), so that a failure can be run again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const FRAGMENTS = [
  '',
  ' ',
  ',',
  '=',
  '%',
  '%ZZ',
  '%0D%0A',
  '\r\n',
  '\u0000',
  '\u001b[2J',
  '__proto__',
  'constructor',
  'toString',
  'none',
  'true',
  'false',
  '0',
  '-1',
  '1.5',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'ü',
  '😀',
  '\ud800',
  '\u202e',
  'grpc',
  'http/protobuf',
  'otlp',
  'http://',
  'https://',
  'host',
  ':4317',
  ':4318',
  ':99999',
  '/v1/traces',
  '?a=b',
  '#x',
  '*',
  '/',
  '\\',
  '{',
  '}',
  '[',
  '"',
  'a=b',
  'express',
  'x'.repeat(3000),
];

function hostileText(random: (below: number) => number): string {
  return Array.from({ length: 1 + random(5) }, () => FRAGMENTS[random(FRAGMENTS.length)]).join('');
}

/** A value in which the secret stands where secrets stand. */
function textWithSecret({ type }: Setting, random: (below: number) => number): string | undefined {
  const noise = hostileText(random);
  if (type === 'headers')
    return [
      `a=${SECRET}${noise}`,
      `${SECRET}`,
      `${SECRET}=${noise}`,
      `${noise}=${SECRET}`,
      `Bearer ${SECRET}`,
      `${SECRET}: ${noise},b=${SECRET}`,
    ][random(6)];
  const userinfo = `http://user:${SECRET}@host${noise}`;
  if (type === 'url')
    return [
      userinfo,
      `user:${SECRET}@${noise}`,
      `http://host/?token=${SECRET}${noise}`,
      `host?${SECRET}${noise}`,
      `ftp://${SECRET}@${noise}`,
      `http://host/${noise}?${SECRET}`,
    ][random(6)];
  // A URL that was put into the wrong variable.
  return type === 'attributes' || type === 'instrumentation-options' ? undefined : userinfo;
}

test('no environment, however hostile, makes it throw, gives a config that cannot be used, or shows a secret', () => {
  const random = createRandom(20_261_120);
  for (let round = 0; round < ROUNDS; round++) {
    const env: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let count = random(8); count >= 0; count--) {
      const setting = settings[random(settings.length)]!;
      const bad = badValues(setting);
      const value = [() => hostileText(random), () => bad[random(bad.length)], () => textWithSecret(setting, random)][random(3)]!();
      if (value !== undefined) env[setting.name] = value;
    }
    if (random(4) === 0) env[`OTEL_${hostileText(random)}`] = SECRET;
    if (random(10) === 0) env['__proto__'] = hostileText(random);
    const seen = JSON.stringify(env);
    const { config, problems } = loadConfig(env);
    checkConfig(config);
    for (const { message, code, setting } of problems) {
      assert.doesNotMatch(message + setting, new RegExp(SECRET), seen);
      assert.doesNotMatch(message + setting, /[\u0000-\u001f\u007f-\u009f\u202e]/, seen);
      assert.match(code, /^[a-z-]+$/);
      assert.ok(message.length < 1500, seen);
    }
    assert.equal(JSON.stringify(env), seen, 'the environment was written');
  }
});

test('no options, however hostile, make it throw, give a config that cannot be used, or show a secret', () => {
  const random = createRandom(7);
  const paths = [
    ...settings.flatMap(({ option }) => option ?? []),
    'serviceVersion',
    'sdk',
    'instrumentations',
    '__proto__',
    'constructor',
    'nonsense',
  ];
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const values: (() => unknown)[] = [
    () => hostileText(random),
    () => random(1000) - 500,
    () => NaN,
    () => Infinity,
    () => 10n,
    () => null,
    () => true,
    () => Symbol(SECRET),
    () => () => SECRET,
    () => [hostileText(random), 5, null, SECRET.length],
    () => ({ [hostileText(random)]: hostileText(random), ['__proto__']: 1 }),
    () => ({ authorization: `${SECRET}\n` }),
    () => ({ http: circular, express: { a: hostileText(random) } }),
    () => circular,
    () => new Date(NaN),
    () => Object.create(null),
    () => `https://user:${SECRET}@host`,
  ];
  for (let round = 0; round < ROUNDS; round++) {
    const options: Record<string, unknown> = {};
    for (let count = random(5); count >= 0; count--) {
      const path = paths[random(paths.length)]!;
      const value = values[random(values.length)]!();
      const [parent, child] = path.split('.') as [string, string?];
      Object.defineProperty(options, parent, {
        value: child === undefined ? value : { [child]: value },
        enumerable: true,
        configurable: true,
      });
    }
    const { config, problems } = loadConfig({}, options as StartOptions);
    // What stands inside of instrumentation options is the application's, and is not frozen.
    checkConfig(Object.freeze({ ...config, instrumentations: Object.freeze({ ...config.instrumentations, options: Object.freeze({}) }) }));
    for (const { message } of problems) assert.doesNotMatch(message, new RegExp(SECRET));
  }
});
