/** A function of AWS Lambda: its handler is a span, whatever module it is, and nothing is said at its start. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeApplication, type Files } from '../../../e2e/kit/application.ts';
import { startCollector } from '../../../e2e/kit/collector.ts';
import { runProgram } from '../../../e2e/kit/run-program.ts';

/** What the runtime of Lambda does: it loads the handler's file by its path, and calls it. */
const RUNTIME = `import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const [file] = process.argv.slice(2);
const context = { functionName: 'greet', awsRequestId: '1', invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:greet' };
const { handler } = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : createRequire(import.meta.url)(file);
console.log(await handler({}, context));
`;
const HANDLERS: Readonly<Record<string, Files>> = {
  'a handler of CommonJS': { 'task/index.js': `exports.handler = async () => 'hello';` },
  'a handler of CommonJS by its ending': { 'task/index.cjs': `exports.handler = async () => 'hello';` },
  'a handler in a package': {
    'task/index.js': `exports.handler = async () => 'hello';`,
    'task/package.json': { name: 'greet', version: '1.0.0' },
  },
  'a handler that is an ES module': { 'task/index.mjs': `export const handler = async () => 'hello';` },
};

describe('on AWS Lambda', { concurrency: 2 }, () => {
  for (const [what, files] of Object.entries(HANDLERS)) {
    for (const preload of ['require', 'import'] as const) {
      it(`${what} is a span, by --${preload}`, async () => {
        await using collector = await startCollector();
        using application = makeApplication({ ...files, 'runtime.mjs': RUNTIME });
        const ending = await runProgram({
          program: application.path('runtime.mjs'),
          preload,
          args: [application.path(Object.keys(files)[0] as string)],
          env: {
            ...collector.env,
            OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'aws-lambda',
            AWS_LAMBDA_FUNCTION_NAME: 'greet',
            AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
            LAMBDA_TASK_ROOT: application.path('task'),
            _HANDLER: 'index.handler',
          },
        });
        assert.deepEqual(
          { code: ending.code, stdout: ending.stdout, stderr: ending.ownStderr },
          { code: 0, stdout: 'hello\n', stderr: '' },
        );
        const said = ending.said.filter(({ level }) => level !== 'info');
        assert.deepEqual(said, []);
        assert.deepEqual(
          collector.store.spans().map(({ kind, name }) => `${kind} ${name}`),
          ['server greet'],
        );
      });
    }
  }
});
