/** What the test must know of a server program to run it and to judge its telemetry. */
import type { Preload } from '../../e2e/kit/run-program.ts';
import type { ServiceName } from '../../services/services.ts';

/** Where one program runs: its folder is made anew for every run and always the same. */
export interface Place {
  /** Holds `node_modules`. */
  readonly installation: string;
  /** The program's working folder: a copy of its `files`, and of what `prepare` made there. */
  readonly folder: string;
}

export interface Run extends Place {
  /** Where the program is to listen. */
  readonly port: number;
  /** The URL of its service, empty without. */
  readonly serviceUrl: string;
}

export interface Exchange {
  /** @default 'GET' */
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the program answers on its own. */
  readonly status: number;
  /** `http.route` of the server span, whose name is the method and it; without, the name is the method alone. */
  readonly route?: string;
  /** How many spans this may give. @default 1 */
  readonly spans?: number;
  /** The request asks for a WebSocket, gets it, and the connection is closed again. No request of HTTP's own: no span. */
  readonly upgrade?: true;
  /** Part of the answer that differs from run to run. */
  readonly varies?: RegExp;
}

/** How signalbox reaches the program; `argument` is a flag for a runner, which hands it on. */
export type ProgramPreload = Exclude<Preload, 'none'> | 'argument';

export interface ServerProgram {
  /** As in the registry; a second word tells two uses of it apart. */
  readonly name: string;
  readonly preload: ProgramPreload;
  /** Its start file: `package/path` in the installation, `./path` in the folder. */
  readonly script: string;
  readonly args?: (run: Run) => readonly string[];
  readonly env?: (run: Run) => Readonly<Record<string, string>>;
  readonly service?: ServiceName;
  /** What a user does once: build, generate. Without signalbox. */
  readonly prepare?: (place: Place) => Promise<void>;
  /** Before each run; empties what the service holds from the run before. */
  readonly reset?: (run: Run) => Promise<void>;
  /** `false` for a program that serves nothing. @default true */
  readonly listens?: false;
  /** Said when the program has started; beside that its port takes connections. */
  readonly ready?: RegExp;
  readonly exchanges: readonly Exchange[];
  /** What the program says when it has done all that was asked of it, such as the log line of the last request. */
  readonly settled?: RegExp;
  /** Response headers that differ from run to run. */
  readonly varyingHeaders?: readonly string[];
  /** Parts of the output that differ from run to run. */
  readonly varies?: readonly RegExp[];
  /** Lines come in any order. */
  readonly unordered?: true;
  /** What signalbox has to say beside its start line, by the beginning of its code; awaited before the end. */
  readonly says?: readonly string[];
  /** Its logger is one that signalbox exports: each request leaves a record in its trace. */
  readonly logs?: true;
  /** Spans that belong to no request: how many for each, by kind and name of the span (`consumer process signals`). */
  readonly otherSpans?: Readonly<Record<string, number>>;
}
