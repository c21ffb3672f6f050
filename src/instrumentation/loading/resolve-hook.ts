/**
 * Loads an instrumentation when its target is first resolved, by `require` or by `import`, and never before.
 *
 * Resolution is the latest moment that is early enough: once a module has loaded, its own files are bound to the
 * unpatched ones.
 */
import { isBuiltin, registerHooks, type RegisterHooksOptions, type ResolveFnOutput, type ResolveHookContext } from 'node:module';
import { getCallSites } from 'node:util';
import type { Hook, NextResolve } from './hooks.ts';
import type { ImportHook } from './import-hook.ts';
import { OWN_FOLDER, packageOf } from './package-name.ts';

export interface ResolveHookOptions {
  /** Whether what is resolved now is signalbox's own affair. */
  readonly isBusy: () => boolean;
  /** The application, or a library of it, asks for a package or a module of Node.js. */
  readonly onName: (name: string, parentURL: string | undefined) => void;
  /** The same of a package, after it was found. */
  readonly onResolved: (name: string, url: string, parentURL: string | undefined) => void;
  readonly isTarget: (name: string) => boolean;
  /** What wraps what is imported; `undefined` until something is wanted. */
  readonly hookFor: (specifier: string) => ImportHook | undefined;
}

export interface ResolveHook extends Hook {
  resolve(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput;
}

export function hookResolve({ hookFor, isBusy, isTarget, onName, onResolved }: ResolveHookOptions): ResolveHook {
  function resolve(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
    if (isBusy()) return next(specifier, context);
    const name = packageOf(specifier);
    if (name !== undefined) onName(name, context.parentURL);
    const wrap = isImport(context) ? hookFor(specifier) : undefined;
    // Who asks where a package stands is to get the file, and not the module that stands for it.
    if (wrap !== undefined && name !== undefined && isTarget(name) && isImportMetaResolve())
      return resolvePlainly(specifier, context, next);
    const resolved = wrap === undefined ? resolvePlainly(specifier, context, next) : wrap.resolveSync(specifier, context, next);
    if (name !== undefined && !isBuiltin(name)) onResolved(name, resolved.url, context.parentURL);
    return resolved;
  }
  const hooks = registerHooks({ resolve } as RegisterHooksOptions);
  return { resolve, deregister: () => hooks.deregister() };
}

/** The conditions of `require` are a set on 22.15, where the hooks run on a thread anyway. */
function isImport({ conditions, parentURL }: ResolveHookContext): boolean {
  return Array.isArray(conditions) && conditions.includes('import') && !parentURL?.startsWith(OWN_FOLDER);
}

/** Whether the code of a module called `import.meta.resolve`, by the frame below its own. */
function isImportMetaResolve(): boolean {
  const frames = getCallSites(20);
  const caller = frames.findIndex(({ scriptName }, index) => index > 1 && !scriptName.startsWith('node:internal/'));
  return frames[caller - 1]?.functionName === 'resolve' && !frames[caller]?.scriptName.startsWith(OWN_FOLDER);
}

/** Frames of hooks in the stack trace of what cannot be resolved; it is not to lose as many of the application's. */
const HOOK_FRAMES = 6;

function resolvePlainly(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
  const limit = Error.stackTraceLimit;
  if (typeof limit !== 'number' || Object.isFrozen(Error)) return next(specifier, context);
  Error.stackTraceLimit = limit + HOOK_FRAMES;
  try {
    return next(specifier, context);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
