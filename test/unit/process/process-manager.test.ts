import assert from 'node:assert/strict';
import { it } from 'node:test';
import { looksAfterOthers } from '../../../src/process/process-manager.ts';

const of = (resources: readonly string[], hasClusterWorkers = false): boolean => looksAfterOthers({ resources, hasClusterWorkers });

it('a process with children that serves nobody looks after them', () => {
  assert.equal(of(['PipeWrap', 'ProcessWrap', 'Timeout']), true);
  assert.equal(of(['ProcessWrap', 'FSEventWrap']), true);
});

it('a primary holds the port of its workers', () => {
  assert.equal(of(['ProcessWrap', 'TCPServerWrap'], true), true);
});

it('a server that has a child, and a worker without one, look after nobody', () => {
  assert.equal(of(['ProcessWrap', 'TCPServerWrap']), false);
  assert.equal(of(['Timeout', 'TCPSocketWrap']), false);
  assert.equal(of([]), false);
});
