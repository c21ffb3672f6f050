/** Runs in a worker thread while the process is ending; see `exit-flush.ts`. */
import { workerData } from 'node:worker_threads';
import {
  ACCEPTED,
  DONE,
  FIRST_RESULT_SLOT,
  NOTE_BYTES,
  PROGRESS_SLOT,
  REFUSED,
  SLOTS_PER_REQUEST,
  STARTED,
  TIMEOUT_SETTING,
  TOO_LARGE,
  type ExitFlushData,
  type FailureNote,
} from './exit-protocol.ts';
import { trust } from '../export/transport/tls-files.ts';
import { createTransport } from '../export/transport/transport.ts';
import { monotonicNanos, setTimeout } from '../runtime/captured.ts';
import { isTooLarge, type SendResult, type Transport } from '../otlp/types.ts';

const FIRST_PAUSE_MS = 100;
/** An endpoint at which no collector listens may be restarting, but is not waited for longer than this. */
const GIVE_UP_UNREACHABLE_MS = 1000;
const UNREACHABLE = new Set(['connection_refused', 'unknown_host', 'tls', 'protocol_mismatch']);

const { jobs, results, notes, startedAtNanos, deadlineMs, trusted } = workerData as ExitFlushData;
const slots = new Int32Array(results);
/** Since the thread that ends began to wait: the start of this worker is part of it. */
const elapsedMs = (): number => Number(monotonicNanos() - startedAtNanos) / 1e6;

function report(progress: number): void {
  Atomics.store(slots, PROGRESS_SLOT, progress);
  Atomics.notify(slots, PROGRESS_SLOT);
}

report(STARTED);
if (trusted !== undefined) trust(trusted);
let slot = FIRST_RESULT_SLOT;
const work = jobs.map((job, index) => {
  const firstSlot = slot;
  slot += SLOTS_PER_REQUEST * job.bodies.length;
  return deliver(
    createTransport(job.otlp, job.signal, job.userAgent, { address: job.address, timeoutSetting: TIMEOUT_SETTING }),
    job.bodies,
    firstSlot,
    index,
  );
});
void Promise.allSettled(work).then(() => {
  report(DONE);
});

async function deliver(transport: Transport, bodies: readonly Uint8Array[], firstSlot: number, job: number): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const result = await sendUntilAnswered(transport, body);
    if (result.kind !== 'accepted' && !isTooLarge(result)) writeNote(job, result);
    if (result.kind === 'retry') return; // what follows would meet the same
    const at = firstSlot + SLOTS_PER_REQUEST * index;
    if (result.kind === 'accepted') Atomics.store(slots, at + 1, result.rejected);
    Atomics.store(slots, at, result.kind === 'accepted' ? ACCEPTED : isTooLarge(result) ? TOO_LARGE : REFUSED);
  }
}

function writeNote(job: number, { reason, message }: FailureNote): void {
  const note = Buffer.from(JSON.stringify({ reason, message: message.slice(0, NOTE_BYTES / 4) }));
  if (note.length < NOTE_BYTES) new Uint8Array(notes, job * NOTE_BYTES, NOTE_BYTES).set(note);
}

async function sendUntilAnswered(transport: Transport, body: Uint8Array): Promise<SendResult> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    const result = await transport.send(body, Math.max(1, deadlineMs - elapsedMs()));
    if (result.kind !== 'retry') return result;
    const waitMs = Math.max(result.retryAfterMs ?? 0, pauseMs);
    const until = UNREACHABLE.has(result.reason) ? Math.min(deadlineMs, GIVE_UP_UNREACHABLE_MS) : deadlineMs;
    if (elapsedMs() + waitMs >= until) return result;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
