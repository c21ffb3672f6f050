import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { LineQueue } from '../../../../src/app/logging/line-queue.ts';

/** Whether the target takes a text as well as bytes. */
let takesTexts = false;

interface Rig {
  readonly queue: LineQueue;
  readonly events: string[];
  text: string;
  /** Bytes that the target takes before it is full; an error code that it throws instead. */
  room: number | string;
}

function rig({ maxBytes = 1000, pieceBytes = 64 } = {}): Rig {
  const target = {
    name: 'test',
    pieceBytes,
    write(bytes: Uint8Array): number {
      const { room } = made;
      if (typeof room === 'string') throw Object.assign(new Error(room), { code: room });
      if (room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
      const taken = Math.min(room, bytes.length);
      made.room = room - taken;
      made.text += Buffer.from(bytes.subarray(0, taken)).toString();
      return taken;
    },
  };
  const events: string[] = [];
  const queue = new LineQueue({
    target: takesTexts ? { ...target, writeText: (text: string) => target.write(Buffer.from(text)) } : target,
    maxBytes,
    isSync: true,
    onFailure: (error) => events.push(`failed ${(error as NodeJS.ErrnoException).code}`),
    onLost: (lines) => events.push(`lost ${lines}`),
    onRecovered: () => events.push('recovered'),
  });
  const made: Rig = { queue, events, text: '', room: Infinity };
  return made;
}

for (const what of ['bytes', 'texts'])
  describe(`a queue of lines whose target takes ${what}`, () => {
    beforeEach(() => void (takesTexts = what === 'texts'));

    it('keeps what a slow reader has no room for, in order, also a piece of a line', () => {
      const made = rig();
      made.room = 5;
      for (const line of ['one\n', 'two\n', 'three\n']) made.queue.add(line);
      assert.equal(made.text, 'one\nt');
      made.room = Infinity;
      made.queue.flush();
      assert.equal(made.text, 'one\ntwo\nthree\n');
      assert.deepEqual(made.events, []);
    });

    it('loses the newest for want of room, and counts them', () => {
      const made = rig({ maxBytes: 8 });
      made.room = 0;
      for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) made.queue.add(line);
      made.room = Infinity;
      made.queue.flush();
      assert.equal(made.text, 'one\ntwo\n');
      assert.deepEqual(made.events, ['lost 1', 'lost 1']);
    });

    it('goes on where a full disk has room again', () => {
      const made = rig();
      made.room = 'ENOSPC';
      made.queue.add('one\n');
      made.queue.add('two\n');
      made.room = Infinity;
      made.queue.flush();
      assert.equal(made.text, 'one\ntwo\n');
      assert.deepEqual(made.events, ['failed ENOSPC', 'recovered']);
    });

    it('gives up what is closed, once', () => {
      const made = rig();
      made.room = 'EPIPE';
      made.queue.add('one\n');
      made.queue.add('two\n');
      made.queue.drain(10);
      assert.deepEqual(made.events, ['failed EPIPE']);
      assert.equal(made.queue.waitingBytes, 0);
    });

    it('writes whole lines at once where they fit', () => {
      const pieces: string[] = [];
      const queue = new LineQueue({
        target: { name: 'test', pieceBytes: 10, write: (bytes) => pieces.push(Buffer.from(bytes).toString()) && bytes.length },
        maxBytes: 1000,
        isSync: true,
        onFailure() {},
        onLost() {},
        onRecovered() {},
      });
      queue.add('one\ntwo\nthree\n0123456789abc\n');
      assert.deepEqual(pieces, ['one\ntwo\n', 'three\n', '0123456789', 'abc\n']);
    });

    it('counts as lost what found no reader when the process ends', () => {
      const made = rig();
      made.room = 4;
      for (const line of ['one\n', 'two\n', 'three\n']) made.queue.add(line);
      made.queue.drain(5);
      assert.equal(made.text, 'one\n');
      assert.deepEqual(made.events, ['lost 2']);
    });

    it('writes at once what is added while the process ends', () => {
      const made = rig();
      made.queue.drain(5);
      made.queue.add('last words\n');
      assert.equal(made.text, 'last words\n');
    });
  });
