/** What the ops port looks like to applications. Nothing of Node.js' own types is in it, for a project need not have them. */

export interface OpsServer {
  /** `http://127.0.0.1:9464`; `undefined` while the port is not open. */
  readonly url: string | undefined;
  /** Resolves when it is open, or when it is known that it could not be opened now. Never rejects. */
  readonly ready: Promise<void>;
  /** Closes the port and cuts its connections. Never rejects. */
  close(): Promise<void>;
}

export interface OpsServerOptions {
  /** @default '127.0.0.1', or what the settings say */
  readonly host?: string;
  /** 0 takes any that is free. @default 9464, or what the settings say */
  readonly port?: number;
  /** Whether details and errors of health checks are shown to everybody. @default false, or what the settings say */
  readonly details?: boolean;
  /** Shows them to whoever sends it as a bearer token. @default what the settings say */
  readonly token?: string;
}

export interface OpsHandlerOptions {
  /** What stands before the paths (`/internal`), where the framework does not take it away. @default '' */
  readonly basePath?: string;
}

/** For `node:http`, Connect and Express, Koa, Fastify and Hono. */
export type OpsHandler = (first: unknown, second: unknown, next?: unknown) => unknown;
