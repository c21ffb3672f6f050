/**
 * What `withSpan` costs over `startActiveSpan` written by hand, with the catch and the end that it needs, in one process, in its processor time.
 *
 * node bench/with-span.ts [--check]   (after `npm run build`; `--check` fails above 150 ns)
 */
import { SpanStatusCode, trace, type Span } from '@opentelemetry/api';

const { startTelemetry, traced, withSpan } = (await import(
  new URL('../dist/index.js', import.meta.url).href
)) as typeof import('../src/index.ts');

const BUDGET_NS = 150;
const CALLS = 20_000;
const ROUNDS = 31;

// Spans are recorded and go nowhere: what their export costs is the same for all.
startTelemetry({ serviceName: 'bench', traces: false, metrics: false, logs: false, logLevel: 'none' });
const tracer = trace.getTracer('bench');

function fail(span: Span, error: unknown): void {
  span.recordException(error as Error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

let sum = 0;
const work = (): number => ++sum;
const workLater = async (): Promise<number> => ++sum;
const tracedWork = traced(work, { name: 'work' });

const byHand = (): number =>
  tracer.startActiveSpan('work', (span) => {
    try {
      return work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
const byHandLater = (): Promise<number> =>
  tracer.startActiveSpan('work', async (span) => {
    try {
      return await workLater();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });

interface Variant {
  readonly name: string;
  readonly base: string;
  readonly run: () => unknown;
}
const variants: readonly Variant[] = [
  { name: 'by hand', base: 'by hand', run: byHand },
  { name: 'withSpan', base: 'by hand', run: () => withSpan('work', work) },
  { name: 'traced', base: 'by hand', run: tracedWork },
  { name: 'by hand, async', base: 'by hand, async', run: byHandLater },
  { name: 'withSpan, async', base: 'by hand, async', run: () => withSpan('work', workLater) },
];

const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < variants.length; i++) {
    const { name, run } = variants[(i + round) % variants.length] as Variant;
    const before = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) await run();
    const { user, system } = process.cpuUsage(before);
    times.get(name)?.push(((user + system) * 1000) / CALLS);
  }
}

/** The rounds' differences, of which the middle is the least disturbed. */
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
let isOver = false;
for (const { name, base } of variants) {
  const own = times.get(name) as number[];
  const over = median(own.map((ns, round) => ns - ((times.get(base) as number[])[round] as number)));
  isOver ||= over > BUDGET_NS;
  console.log(`${name.padEnd(18)} ${median(own).toFixed(0).padStart(6)} ns   ${over.toFixed(0).padStart(5)} ns over by hand`);
}
if (process.argv.includes('--check') && isOver) process.exitCode = 1;
process.exit();
