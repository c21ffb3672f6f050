import type { LoadFnOutput, LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module';

/** Something that was hooked in, and how it comes out again; the hooks of old releases do not. */
export interface Hook {
  deregister?(): void;
}

export type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;
export type NextLoad = (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput;
