/** Parts of the official interfaces that an application brings and signalbox's engine calls. Loaded only where there are some. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Reporter } from '../diagnostics/reporter.ts';
import { errorText } from '../diagnostics/error-text.ts';
import { attempt } from '../runtime/contain.ts';
import { addRecordHooks, recordHooks } from '../runtime/record-hooks.ts';
import { settlesWithin } from '../runtime/settles-within.ts';
import { callLogProcessors, callSpanProcessors, type LogProcessor, type Processor, type SpanProcessor } from './call-processors.ts';
import { callIdGenerator, callSampler, type OfficialIdGenerator, type OfficialSampler } from './call-sampler.ts';

export interface ExtensionsOptions {
  /** Given in code; not looked at yet. */
  readonly given: Readonly<Record<string, unknown>>;
  /** `SIGNALBOX_EXTENSIONS`: a module that exports them. */
  readonly module: string | undefined;
  readonly reporter: Reporter;
}

/** What the processors are asked to do; see `Processors` in `process/delivery.ts`. */
export interface Extensions {
  /** `forceFlush()` of all processors, within the limit. Never rejects. */
  flush(withinMs: number): Promise<void>;
  /** The same at the end of the process, when something came since the last one or one is under way; `undefined` where there is nothing to wait for. Does not hold the process. */
  flushRest(withinMs: number): Promise<void> | undefined;
  /** The process stands still: `forceFlush()` is called when something came, and what it does at once is done. */
  flushNow(): void;
  /** `shutdown()` of all of them, within the limit. Never rejects. */
  shutdown(withinMs: number): Promise<void>;
}

const METHODS = {
  spanProcessors: ['onStart', 'onEnd', 'forceFlush', 'shutdown'],
  logRecordProcessors: ['onEmit', 'forceFlush', 'shutdown'],
  idGenerator: ['generateTraceId', 'generateSpanId'],
  sampler: ['shouldSample'],
} as const;

/** Never throws: what cannot be used is said, and left out. */
export function startExtensions({ given, module, reporter }: ExtensionsOptions): Extensions {
  const loaded = module === undefined ? {} : loadModule(module, reporter);
  const read = (name: keyof typeof METHODS): unknown[] => [
    ...usable(name, given[name], name, reporter),
    ...usable(name, loaded[name], `${name} of SIGNALBOX_EXTENSIONS`, reporter),
  ];
  const spanProcessors = read('spanProcessors') as SpanProcessor[];
  const logProcessors = read('logRecordProcessors') as LogProcessor[];
  const [sampler] = read('sampler') as OfficialSampler[];
  const [idGenerator] = read('idGenerator') as OfficialIdGenerator[];

  const news = { came: false };
  const onRecord = (): void => void (news.came = true);
  if (spanProcessors.length > 0) addRecordHooks(callSpanProcessors(spanProcessors, reporter, onRecord), undefined);
  if (logProcessors.length > 0) addRecordHooks(undefined, callLogProcessors(logProcessors, reporter, onRecord));
  if (sampler !== undefined) recordHooks.decide = callSampler(sampler, reporter);
  if (idGenerator !== undefined) recordHooks.ids = callIdGenerator(idGenerator, reporter);

  const all: readonly Processor[] = [...spanProcessors, ...logProcessors];
  const calls = callTogether(all, reporter, news);
  return {
    ...calls,
    async shutdown(withinMs) {
      // What is recorded later is nothing that they may hear of.
      for (const processors of [spanProcessors, logProcessors]) processors.length = 0;
      await calls.shutdown(withinMs);
    },
  };
}

type Method = 'forceFlush' | 'shutdown';

/** @param news - whether something came since they were last flushed. */
function callTogether(all: readonly Processor[], reporter: Reporter, news: { came: boolean }): Extensions {
  /** The last `forceFlush()`, until it settles. One that was waited for in vain is not waited for again. */
  let underWay: { readonly work: Promise<unknown>; isSlow: boolean } | undefined;

  const callAll = (method: Method): Promise<unknown> => Promise.allSettled(all.map(async (processor) => processor[method]()));

  async function settlesInTime(method: Method, work: Promise<unknown>, withinMs: number, hold: boolean): Promise<boolean> {
    const isDone = await settlesWithin(work, withinMs, hold);
    if (!isDone)
      reporter.say(
        'extension-slow',
        `${method}() of a processor must settle within ${Math.round(withinMs)} ms (of SIGNALBOX_SHUTDOWN_TIMEOUT), but did not. What it holds may be lost; what signalbox exports is not concerned.`,
      );
    return isDone;
  }

  async function forceFlush(withinMs: number, hold: boolean): Promise<void> {
    if (news.came || underWay === undefined) {
      news.came = false;
      const begun = { work: callAll('forceFlush'), isSlow: false };
      underWay = begun;
      void begun.work.then(() => void (underWay === begun && (underWay = undefined)));
    }
    const waited = underWay;
    waited.isSlow = !(await settlesInTime('forceFlush', waited.work, withinMs, hold));
  }

  return {
    async flush(withinMs) {
      if (underWay?.isSlow !== true) await forceFlush(withinMs, true);
    },
    flushRest(withinMs) {
      const isWorthIt = withinMs > 0 && underWay?.isSlow !== true && (underWay !== undefined || news.came);
      return isWorthIt ? forceFlush(withinMs, false) : undefined;
    },
    flushNow() {
      if (!news.came) return;
      news.came = false;
      void callAll('forceFlush');
    },
    async shutdown(withinMs) {
      await settlesInTime('shutdown', callAll('shutdown'), withinMs, true);
    },
  };
}

/** By `require`, so that it is there before the application: a module that awaits at its top level cannot be loaded. */
function loadModule(name: string, reporter: Reporter): Readonly<Record<string, unknown>> {
  try {
    const loaded = createRequire(pathToFileURL(join(process.cwd(), 'signalbox.js')))(name) as Record<string, unknown>;
    const { default: main } = loaded;
    const all = { ...(typeof main === 'object' ? main : undefined), ...loaded };
    if (Object.keys(METHODS).some((part) => part in all)) return all;
    reporter.say(
      'extensions',
      `SIGNALBOX_EXTENSIONS must name a module that exports ${Object.keys(METHODS).join(', ')}, or some of them, but ${name} exports none. It has no effect.`,
    );
  } catch (error) {
    reporter.say(
      'extensions',
      `SIGNALBOX_EXTENSIONS must name a module that can be loaded by require(), got "${name}": ${errorText(error)}. It has no effect.`,
    );
  }
  return {};
}

function usable(name: keyof typeof METHODS, value: unknown, label: string, reporter: Reporter): unknown[] {
  if (value === undefined) return [];
  const isList = name.endsWith('Processors');
  const methods = METHODS[name];
  const given: unknown[] = isList && Array.isArray(value) ? (value as unknown[]) : [value];
  return given.filter((each) => {
    const missing = methods.filter((method) =>
      attempt(() => typeof (each as Record<string, unknown> | null | undefined)?.[method] !== 'function', true),
    );
    if (missing.length > 0)
      reporter.say(
        'extensions',
        `${label} must ${isList ? 'hold objects' : 'be an object'} with ${methods.join(', ')}, got one without ${missing.join(', ')}. It is left out.`,
      );
    return missing.length === 0;
  });
}
