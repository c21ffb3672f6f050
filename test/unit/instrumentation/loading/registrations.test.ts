/** What instrumentations register is taken from them, whichever copy of their base they bring, and from nobody else. */
import assert from 'node:assert/strict';
import { isBuiltin, Module } from 'node:module';
import { describe, it } from 'node:test';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { CATALOGUE } from '../../../../src/instrumentation/loading/catalogue.ts';
import { createRegistrations } from '../../../../src/instrumentation/loading/registrations.ts';

const { config } = loadConfig({});
const prototype = Module.prototype as unknown as { require: unknown };

describe('each entry of the catalogue', () => {
  for (const entry of CATALOGUE.filter(({ targets }) => targets.length > 0 && !targets.every((target) => isBuiltin(target)))) {
    it(`${entry.name} leaves what it registers for its targets, and require as it was`, () => {
      const registrations = createRegistrations();
      const { require } = prototype;
      const { getBuiltinModule } = process;
      registrations.collect(() => entry.create(entry.options(config, {})));
      assert.deepEqual([...registrations.byRequire.keys()].sort(), [...entry.targets, ...(entry.brings ?? [])].sort());
      assert.equal(prototype.require, require);
      assert.equal(process.getBuiltinModule, getBuiltinModule);
    });
  }
});

/** A base class as each copy of `@opentelemetry/instrumentation` has one: the first of its instrumentations patches `require`. */
function copyOfBase(): { make(name: string): Instrumentation; initialized: number; registered: string[] } {
  const copy = {
    initialized: 0,
    registered: [] as string[],
    make(name: string) {
      if (copy.initialized === 0) singleton._initialize();
      return { _modules: [{ name }], _hooks: [singleton.register(name, (exports) => exports)], _requireInTheMiddleSingleton: singleton };
    },
  };
  const singleton = {
    _initialize() {
      copy.initialized++;
      prototype.require = () => {};
    },
    register(moduleName: string, onRequire: (exports: unknown) => unknown) {
      copy.registered.push(moduleName);
      return { moduleName, onRequire };
    },
  };
  return copy as unknown as ReturnType<typeof copyOfBase>;
}

describe('copies of what instrumentations have in common', () => {
  it('are taken from one by one, and patch require for none of ours', () => {
    const registrations = createRegistrations();
    const { require } = prototype;
    const [first, second] = [copyOfBase(), copyOfBase()];
    for (const [copy, name] of [
      [first, 'a'],
      [second, 'b'],
      [first, 'c'],
    ] as const)
      registrations.collect(() => copy.make(name));
    assert.deepEqual([...registrations.byRequire.keys()], ['a', 'b', 'c']);
    assert.equal(prototype.require, require);
    assert.deepEqual([first.initialized, second.initialized], [1, 1]);
  });

  it('patch it when the application registers with one by itself, and once', () => {
    const registrations = createRegistrations();
    const { require } = prototype;
    const copy = copyOfBase();
    try {
      registrations.collect(() => copy.make('a'));
      copy.make('of the application');
      assert.notEqual(prototype.require, require);
      copy.make('another');
      assert.equal(copy.initialized, 2);
      assert.deepEqual([...registrations.byRequire.keys()], ['a']);
      assert.deepEqual(copy.registered, ['a', 'of the application', 'another']);
    } finally {
      prototype.require = require;
    }
  });
});
