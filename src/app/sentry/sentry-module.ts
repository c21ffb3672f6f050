/** What is used of `@sentry/core`, of which `@sentry/node` 10 and 11 are made. */

export interface SentryScope {
  clone(): SentryScope;
  setTags(tags: Readonly<Record<string, unknown>>): void;
  setUser(user: object): void;
  setExtras(extra: Readonly<Record<string, unknown>>): void;
  setContext(name: string, context: object): void;
  setFingerprint(fingerprint: readonly string[]): void;
  setTransactionName(name: string): void;
  setLevel(level: string): void;
  addBreadcrumb(breadcrumb: object): void;
  setPropagationContext(context: object): void;
  getPropagationContext(): object;
  setClient(client: SentryClient): void;
}

export interface SentryEvent {
  contexts?: Record<string, object | undefined>;
  [name: string]: unknown;
}

export interface SentryClient {
  init(): void;
  captureException(error: unknown, hint: object, scope: SentryScope): string;
  captureMessage(message: string, level: string, hint: object, scope: SentryScope): string;
  captureCheckIn(checkIn: object, monitorConfig: object | undefined, scope: SentryScope): string;
  on(hook: 'preprocessEvent', callback: (event: SentryEvent) => void): unknown;
  emit(hook: 'flush'): void;
}

export interface SentryCore {
  readonly SDK_VERSION: string;
  readonly ServerRuntimeClient: new (options: object) => SentryClient;
  createStackParser(...parsers: readonly unknown[]): unknown;
  nodeStackLineParser(): unknown;
  linkedErrorsIntegration(): object;
  applySdkMetadata(options: object, name: string): void;
  getClient(): SentryClient | undefined;
  getCurrentScope(): SentryScope;
  getDefaultCurrentScope(): SentryScope;
  getDefaultIsolationScope(): SentryScope;
  setAsyncContextStrategy(strategy: object): void;
}
