import type { ServerProgram } from '../kit/server-program.ts';
import { runSql, runTool } from '../kit/run-tool.ts';

/** A queue worker on PostgreSQL with handlers of its own for signals. It serves nothing; its jobs wait for it. */
export const graphileWorker: ServerProgram = {
  name: 'graphile-worker',
  preload: 'node-options',
  script: 'graphile-worker/dist/cli.js',
  service: 'postgres',
  async reset(run) {
    await runSql(run, run.serviceUrl, 'drop schema if exists graphile_worker cascade');
    await runTool(run, 'graphile-worker/dist/cli.js', ['--schema-only', '--connection', run.serviceUrl]);
    await runSql(
      run,
      run.serviceUrl,
      `select graphile_worker.add_job('set_signal', json_build_object('name', name)) from unnest(array['home', 'distant']) name`,
    );
  },
  args: ({ serviceUrl }) => ['--connection', serviceUrl, '--jobs', '1'],
  listens: false,
  ready: /set DISTANT[\s\S]*Completed task 2 /,
  unordered: true,
  varies: [/worker-[0-9a-f]{18}/],
  exchanges: [],
};
