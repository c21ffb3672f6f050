/** A process of a cluster that does not have the ops port: answers the one that has, and writes down what it counts. */
import type { Socket } from 'node:net';
import { contained } from '../../runtime/contain.ts';
import { readFrames, sendFrame, type Answer, type Question } from './frames.ts';
import { reportOf, type LocalAnswers } from './local-answers.ts';
import type { CountsKeeper } from './counts-keeper.ts';

/** Answer on `socket` for as long as it is open. */
export function answerHub(socket: Socket, worker: string, local: LocalAnswers, counts: CountsKeeper): void {
  const about = (id: number | undefined): Answer => ({ id, worker, pid: process.pid, longestCheckMs: local.health.longestMs });

  async function answer({ alert, id, kind }: Question): Promise<Answer> {
    if (kind === 'alert') return { ...about(id), isTaken: alert !== undefined && local.takeAlert(alert) };
    if (kind === 'metrics') return { ...about(id), metrics: await counts.collect() };
    return { ...about(id), report: await reportOf(local, kind) };
  }

  readFrames<Question>(socket, (question) => {
    answer(question).then(
      (answered) => sendFrame(socket, answered),
      (error: unknown) => contained('answering the process that serves the cluster', error),
    );
  });
  sendFrame(socket, about(undefined));
}
