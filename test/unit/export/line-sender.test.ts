import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { BatchConfig } from '../../../src/config/config.ts';
import { createAccount, inFlight } from '../../../src/diagnostics/account.ts';
import { createReporter } from '../../../src/diagnostics/reporter.ts';
import { createLineSender, fileOutput, signalFile, type LineOutput } from '../../../src/export/line-sender.ts';
import { jsonEncoder } from '../../../src/otlp/encode/json-encoder.ts';

const BATCH: BatchConfig = { scheduleDelayMs: 60_000, exportTimeoutMs: 1000, maxQueueSize: Infinity, maxExportBatchSize: 2 };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const SCOPE = jsonEncoder.encodeScope({ name: 'shop' } as never, (_key, value) => value as never);

function start(output: LineOutput, batch: Partial<BatchConfig> = {}, queueMaxBytes = 1e6) {
  const account = createAccount('traces');
  const said: string[] = [];
  let full = 0;
  const sender = createLineSender({
    signal: 'traces',
    batch: { ...BATCH, ...batch },
    queueMaxBytes,
    encoder: jsonEncoder,
    resource: () =>
      jsonEncoder.encodeResource(
        { attributes: { 'service.name': 'shop' }, getRawAttributes: () => [] } as never,
        (_key, value) => value as never,
      ),
    account,
    reporter: createReporter({ level: 'info', forPerson: true, write: (line) => said.push(line) }),
    output,
    onQueueFull: () => full++,
  });
  const add = (...names: string[]): void => names.forEach((name) => sender.add(SCOPE, bytes(`{"name":"${name}"}`)));
  return { account, said, sender, add, full: () => full };
}

function collect(limit = Infinity) {
  let text = '';
  const output: LineOutput = {
    name: 'a pipe',
    write(chunk) {
      const part = chunk.subarray(0, limit);
      text += Buffer.from(part).toString();
      return part.length;
    },
  };
  return { output, text: () => text, names: () => text.trimEnd().split('\n').map(namesOf) };
}

function namesOf(line: string): string[] {
  const { resourceSpans } = JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)));
}

describe('OTLP lines', () => {
  it('are one request a line, as many records as a batch holds', async () => {
    const { output, names } = collect();
    const { account, sender, add } = start(output);
    add('a', 'b', 'c');
    await sender.flush(1000);
    assert.deepEqual(names(), [['a', 'b'], ['c']]);
    assert.deepEqual([account.produced, account.acknowledged, inFlight(account)], [3, 3, 0]);
  });

  it('of a full batch are written at the end of the turn, without a flush', async () => {
    const { output, names } = collect();
    const { add } = start(output);
    add('a', 'b');
    await new Promise(setImmediate);
    assert.deepEqual(names(), [['a', 'b']]);
  });

  it('stay whole where a pipe accepts a few bytes at a time', async () => {
    const { output, names } = collect(7);
    const { sender, add, account } = start(output);
    add('a', 'b', 'c');
    await sender.flush(1000);
    assert.deepEqual(names(), [['a', 'b'], ['c']]);
    assert.equal(account.acknowledged, 3);
  });

  it('are written when the process ends, and what cannot be is counted as lost', () => {
    const { output, names } = collect();
    const good = start(output);
    good.add('a');
    assert.deepEqual(good.sender.takePending(), []);
    assert.deepEqual(names(), [['a']]);

    const bad = start({
      name: 'a full disk',
      write: () => {
        throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      },
    });
    bad.add('a', 'b', 'c');
    bad.sender.takePending();
    assert.deepEqual(Object.fromEntries(bad.account.dropped), { exit_deadline: 3 });
    assert.equal(inFlight(bad.account), 0);
    assert.equal(bad.said.length, 1, 'said once');
    assert.match(bad.said[0] ?? '', /Cannot write traces to a full disk: ENOSPC: no space left\. The records wait/);
  });

  it('wait while they cannot be written, without a word when a pipe is merely full', async () => {
    let isFull = true;
    const { output, names } = collect();
    const { account, said, sender, add } = start({
      name: 'a pipe',
      write(chunk) {
        if (isFull) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' });
        return output.write(chunk);
      },
    });
    add('a');
    await sender.flush(0);
    assert.deepEqual([account.acknowledged, inFlight(account), said], [0, 1, []]);
    isFull = false;
    await sender.flush(1000);
    assert.deepEqual([names(), account.acknowledged], [[['a']], 1]);
  });

  it('have a queue that is bounded, and nothing is written after it was closed', () => {
    const { output, text } = collect();
    const { account, sender, add, full } = start(output, { maxExportBatchSize: 512 }, 1000);
    add('a', 'b', 'c', 'd');
    assert.ok(full() > 0);
    assert.ok((account.dropped.get('queue_full') ?? 0) > 0);
    sender.takePending();
    const before = text();
    sender.close();
    add('late');
    assert.equal(text(), before);
    assert.equal(account.dropped.get('after_shutdown'), 1);
    assert.equal(inFlight(account), 0);
  });
});

describe('a file of OTLP lines', () => {
  it('is one for each signal', () => {
    assert.equal(signalFile('/var/log/otlp.jsonl', 'traces'), '/var/log/otlp.traces.jsonl');
    assert.equal(signalFile('otlp', 'logs'), 'otlp.logs');
    assert.equal(signalFile('a.b/otlp.json', 'metrics'), 'a.b/otlp.metrics.json');
  });

  it('is appended to, and may be rotated', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-lines-'));
    try {
      const path = join(folder, 'otlp.traces.jsonl');
      const { sender, add } = start(fileOutput(path));
      add('a');
      await sender.flush(1000);
      renameSync(path, `${path}.1`);
      assert.equal(existsSync(path), false);
      add('b');
      await sender.flush(1000);
      assert.deepEqual(
        [`${path}.1`, path].map((file) => namesOf(readFileSync(file, 'utf8'))),
        [['a'], ['b']],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
