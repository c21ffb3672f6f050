/**
 * Says what runs, and what is wrong with the settings: when the process turns out to do something, or after a while. A
 * process that is only there to start others stays silent.
 */
import { isMainThread } from 'node:worker_threads';
import type { Config, Problem } from '../config/config.ts';
import type { Reporter } from './reporter.ts';
import type { SilenceWatch } from './watch-silence.ts';
import { setImmediate, setTimeout } from '../runtime/captured.ts';
import { contain } from '../runtime/contain.ts';
import { loadPart } from '../runtime/load-part.ts';

/** A process that has recorded nothing after so long is announced all the same, for what is wrong must be said. */
const ANNOUNCE_AFTER_MS = 3000;
/** An application has loaded what it needs by then. */
const LOOK_AT_LIBRARIES_AFTER_MS = 5000;

export interface AnnouncerOptions {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly reporter: Reporter;
  /** Whether this process stays only to look after others: without records of its own it says nothing. */
  readonly isProcessManager: () => boolean;
  /** Whether this process can have been there to start others: one that recorded nothing then ends without a word. */
  readonly mayBeLauncher: () => boolean;
}

export interface Announced {
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
}

export interface Announcer {
  /** Everything is built: announce what there is to announce, and in any case after a while. */
  begin(service: Announced): void;
  /** Something was recorded: say the start line, unless it was said. */
  announce(): void;
  /** So many requests came with a trace of their caller, and none of them was sampled. */
  callersUnsampled(requests: number): void;
  /** Whether something was recorded. */
  readonly hasRecorded: boolean;
  /** The process ends: what is wrong is said also when nothing was recorded. */
  atEnd(): void;
}

export function createAnnouncer({ config, problems, reporter, isProcessManager, mayBeLauncher }: AnnouncerOptions): Announcer {
  let service: Announced | undefined;
  let isWanted = false;
  let isAnnounced = false;
  let silence: SilenceWatch | undefined;

  /** Loaded when there may be something to say, and not while the application starts. */
  function silenceWatch(): SilenceWatch {
    const { watchSilence } = loadPart<typeof import('./watch-silence.ts')>(import.meta.url, './watch-silence');
    return (silence ??= watchSilence(config, reporter));
  }

  function saySilence(): void {
    if (service !== undefined) silenceWatch().started(service.serviceName);
  }
  let hasRecorded = false;

  function announce(): void {
    isWanted = true;
    if (isAnnounced || service === undefined) return;
    isAnnounced = true;
    sayProblems(problems, reporter);
    const { startLine } = loadPart<typeof import('./start-line.ts')>(import.meta.url, './start-line');
    reporter.say('started', startLine(config, service.serviceName, service.serviceVersion));
    // Not in the middle of the first request.
    setImmediate(() => contain('saying what will not come', saySilence)).unref();
  }

  return {
    begin(started) {
      service = started;
      if (isWanted) announce();
      setTimeout(() => {
        if (!isProcessManager()) announce();
      }, ANNOUNCE_AFTER_MS).unref();
    },
    callersUnsampled: (requests) => contain('saying that no caller samples', () => silenceWatch().callersUnsampled(requests)),
    announce() {
      hasRecorded = true;
      contain('the start line', announce);
    },
    get hasRecorded() {
      return hasRecorded;
    },
    atEnd() {
      if (isAnnounced) {
        saySilence();
        silenceWatch().ended();
      }
      if (!isAnnounced && !mayBeLauncher()) sayProblems(problems, reporter);
    },
  };
}

export function sayProblems(problems: readonly Problem[], reporter: Reporter): void {
  for (const problem of problems) reporter.say(problem.code, problem.message, problem.setting);
  if (!('permission' in process)) return;
  const { connectionsForbidden } = loadPart<typeof import('./permissions.ts')>(import.meta.url, './permissions');
  const forbidden = connectionsForbidden();
  if (forbidden !== undefined) reporter.say('permission.net', forbidden);
}

/**
 * Say after a while that `script` is one bundled file, in which nothing can be instrumented.
 *
 * @param hasPackages - whether the application loaded libraries from `node_modules`.
 */
export function watchForBundle(script: string | undefined, hasPackages: () => boolean, reporter: Reporter): void {
  if (script === undefined || !isMainThread) return;
  setTimeout(async () => {
    if (hasPackages()) return;
    const { looksBundled } = loadPart<typeof import('./bundled-app.ts')>(import.meta.url, './bundled-app');
    const found = await looksBundled(script);
    if (found !== undefined) reporter.say('bundled', found);
  }, LOOK_AT_LIBRARIES_AFTER_MS).unref();
}

/**
 * Say after a while that the settings leave nothing to instrument of what the application loaded.
 *
 * @param describe - a whole message about that; `undefined` when there is nothing to say.
 */
export function watchForUnused(script: string | undefined, describe: () => string | undefined, reporter: Reporter): void {
  if (script === undefined || !isMainThread) return;
  setTimeout(() => {
    const message = describe();
    if (message !== undefined) reporter.say('nothing-instrumented', message);
  }, LOOK_AT_LIBRARIES_AFTER_MS).unref();
}
