/**
 * Transports of pino that export each line by OpenTelemetry themselves, from a worker thread. A logger that writes to one of them is
 * not exported a second time.
 */
import { getCallSites } from 'node:util';
import { attempt } from '../../runtime/contain.ts';
import { replaceFunction } from './replace-function.ts';

interface TransportOptions {
  readonly target?: unknown;
  readonly targets?: unknown;
  readonly pipeline?: unknown;
  readonly caller?: unknown;
}

const EXPORTING = /(?:^|[\\/])pino-opentelemetry-transport(?:[\\/]|$)/;
/** pino looks for a target from so many files, those that called it. */
const MOST_CALLERS = 8;
/** Of this file, when it looks for them. */
const OWN_FRAMES = 4;
const OWN_FILE = import.meta.url;

const exporting = new WeakSet<object>();
let isAnyExporting = false;

/** @param stream - of a logger; one of `pino.multistream` writes to several. */
export function exportsItself(stream: unknown): boolean {
  if (!isAnyExporting || typeof stream !== 'object' || stream === null) return false;
  if (exporting.has(stream)) return true;
  const { streams } = stream as { readonly streams?: unknown };
  return Array.isArray(streams) && streams.some((each: { readonly stream?: unknown } | undefined) => exportsItself(each?.stream));
}

/** @param transport - what `pino/lib/transport.js` exports. */
export function followTransports(transport: unknown): unknown {
  const holder = { transport };
  replaceFunction(holder, 'transport', (original) => {
    return function followed(this: unknown, ...args: unknown[]): unknown {
      const [options] = args;
      const given = attempt(() => withCaller(options as TransportOptions), options);
      const stream: unknown = Reflect.apply(original, this, [given, ...args.slice(1)]);
      if (attempt(() => namesExporter(options as TransportOptions), false) && typeof stream === 'object' && stream !== null) {
        exporting.add(stream);
        isAnyExporting = true;
      }
      return stream;
    };
  });
  return holder.transport;
}

/** Who calls, as pino would find it out: this file stands between. */
function withCaller(options: TransportOptions): TransportOptions {
  if (options.caller !== undefined) return options;
  const files = getCallSites(MOST_CALLERS + OWN_FRAMES).map(({ scriptName }) => scriptName);
  const callers = files.filter((file) => file !== OWN_FILE).slice(0, MOST_CALLERS);
  return Object.create(options, { caller: { value: callers } }) as TransportOptions;
}

function namesExporter({ target, targets, pipeline }: TransportOptions): boolean {
  const isExporter = (each: unknown): boolean => {
    const { target: name, pipeline: inner } = each as TransportOptions;
    return (typeof name === 'string' && EXPORTING.test(name)) || (Array.isArray(inner) && inner.some(isExporter));
  };
  return [{ target, pipeline }, ...(Array.isArray(targets) ? targets : [])].some(isExporter);
}
