/** `signalbox/sentry` with both versions of `@sentry/node`, and a server that speaks Sentry's protocol. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { findRefusingPort, startCollector, startSilentServer } from '../e2e/kit/collector.ts';
import { ROOT, type Ending } from '../e2e/kit/run-program.ts';
import { installNode } from '../matrix/releases.ts';
import { snippetsOf } from '../e2e/kit/consumer-project.ts';
import { makeApplication, skip, VERSIONS } from './kit/application.ts';
import { startSentryServer, type SentryEvent } from './kit/sentry-server.ts';

const RELEASES = ['22.15.0', '24.21.0', '26.10.0'];
const NO_EXPORT = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

const idsIn = ({ stdout }: Pick<Ending, 'stdout'>): (string | undefined)[] => /ids (\w+) (\w+)/.exec(stdout)?.slice(1) ?? [];
const idsOf = (event: SentryEvent | undefined): unknown[] => [
  event?.contexts?.['trace']?.['trace_id'],
  event?.contexts?.['trace']?.['span_id'],
];
const saidAtLeastWarn = ({ said }: Ending): string[] =>
  said.filter(({ level, code }) => level !== 'info' && !code.startsWith('silent.')).map(({ code }) => code);

describe('signalbox/sentry', { skip }, () => {
  if (skip !== false) return;
  for (const version of VERSIONS)
    describe(`with @sentry/node ${version}`, () => {
      for (const release of RELEASES)
        it(`sends errors with the ids of their span, and makes none itself (Node.js ${release})`, async () => {
          await using sentry = await startSentryServer();
          await using collector = await startCollector();
          using application = makeApplication(version);
          const env = { ...collector.env, SENTRY_DSN: sentry.dsn, ENVIRONMENT: 'testing' };
          const ending = await application.run('ends.cjs', { args: ['exit'], env, node: await installNode(release) });
          assert.equal(ending.code, 3, ending.stderr);
          assert.deepEqual(saidAtLeastWarn(ending), []);
          const [event, ...others] = sentry.events();
          assert.deepEqual(others, []);
          assert.deepEqual(idsOf(event), idsIn(ending));
          assert.equal((sentry.posts[0]?.header['trace'] as { trace_id?: string } | undefined)?.trace_id, idsIn(ending)[0]);
          assert.deepEqual(
            event?.exception?.values.map(({ type, value }) => `${type}: ${value}`),
            ['TypeError: the cause', 'Error: it failed'],
          );
          assert.deepEqual([event?.environment, event?.release, event?.level], ['testing', 'shop@1.4.2', 'error']);
          assert.deepEqual(event?.tags, { part: 'payments', handler: 'pay' });
          const files = event?.exception?.values[1]?.stacktrace?.frames.map(({ filename }) => String(filename)) ?? [];
          assert.ok(files.at(-1)?.endsWith('ends.cjs'), files.join());
          assert.ok(!files.some((file) => file.includes('/dist/')), files.join());
          assert.ok(!sentry.posts.some(({ body }) => body.includes('context_line')));
          const [post] = sentry.posts;
          assert.equal(post?.headers['content-type'], 'application/x-sentry-envelope');
          assert.equal(post?.headers['traceparent'], undefined);
          assert.match(post?.url ?? '', /^\/api\/42\/envelope\/\?.*sentry_key=publickey/);
          assert.deepEqual(
            collector.store.spans().map(({ name }) => name),
            ['work'],
          );
        });

      for (const how of ['itself', 'exit', 'crash', 'rejection', 'SIGTERM'])
        it(`delivers when the process ends: ${how}`, async () => {
          await using sentry = await startSentryServer();
          using application = makeApplication(version);
          const end = async (preload: 'require' | 'none'): Promise<Ending> => {
            const program = application.start('ends.cjs', { args: [how], preload, env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
            program.child.on('message', () => program.kill('SIGTERM'));
            return program.ended;
          };
          const [bare, watched] = [await end('none'), await end('require')];
          const ending = ({ code, signal, ownStderr }: Ending): unknown => ({ code, signal, ownStderr: ownStderr.trimEnd() });
          assert.deepEqual(ending(watched), ending(bare));
          const crashed = how === 'crash' || how === 'rejection';
          assert.deepEqual(
            sentry.events().map(({ exception, level }) => `${level} ${exception?.values.at(-1)?.value}`),
            ['error it failed', ...(crashed ? ['fatal crashed'] : [])],
          );
          const mechanism = sentry.events()[1]?.exception?.values[0]?.mechanism;
          if (crashed)
            assert.deepEqual(mechanism, { type: how === 'crash' ? 'onuncaughtexception' : 'onunhandledrejection', handled: false });
        });

      it('knows in which span a crash began', async () => {
        await using sentry = await startSentryServer();
        using application = makeApplication(version);
        const ending = await application.run('crash-in-span.cjs', { env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
        assert.equal(ending.code, 1);
        assert.deepEqual(sentry.events().map(idsOf), [idsIn(ending)]);
      });

      for (const how of ['helpers', 'own-functions'])
        it(`keeps requests apart, 50 at the same time (${how})`, async () => {
          await using sentry = await startSentryServer();
          using application = makeApplication(version);
          const ending = await application.run('requests.cjs', { args: [how], env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
          assert.equal(ending.code, 0, ending.stderr);
          const events = sentry.events();
          const numbers = events.map(({ tags }) => Number(tags?.['request'])).sort((a, b) => a - b);
          assert.deepEqual(
            numbers,
            Array.from({ length: 50 }, (_, number) => number),
          );
          for (const event of events) {
            const number = String(event.tags?.['request']);
            assert.equal(event.user?.['id'], `user-${number}`);
            assert.deepEqual(event.contexts?.['log context'], { shop: `shop-${number}` });
            assert.deepEqual(
              event.breadcrumbs?.map(({ message }) => message),
              [`crumb ${number}`],
            );
            assert.deepEqual(idsOf(event), [event.extra?.['traceId'], event.extra?.['spanId']]);
            if (how === 'own-functions') assert.equal(event.tags?.['own'], number);
          }
        });

      it('lets none of 40 secrets out', async () => {
        await using sentry = await startSentryServer();
        using application = makeApplication(version);
        const env = { ...NO_EXPORT, SENTRY_DSN: sentry.dsn, LOG_OUTPUT: 'none', SIGNALBOX_SENTRY_RATE_LIMIT: '0' };
        const ending = await application.run('secrets.cjs', { env });
        assert.equal(ending.code, 0, ending.stderr);
        const planted = JSON.parse(readFileSync(join(application.folder, 'planted.json'), 'utf8')) as { secret: string }[];
        const secrets = [...planted.map(({ secret }) => secret), 'planted-value-0001', 'planted-value-0002', 'planted-value-0003'];
        secrets.push('planted-value-0004', 'planted-value-0005', 'planted.person@example.org');
        assert.ok(secrets.length >= 40);
        assert.equal(sentry.events().length, 3 * planted.length);
        const all = sentry.posts.map(({ body }) => body).join('\n');
        assert.deepEqual(
          secrets.filter((secret) => all.includes(secret)),
          [],
        );
      });

      it('drops what is transient, expected, ignored or a duplicate, and counts it', async () => {
        await using sentry = await startSentryServer();
        await using collector = await startCollector();
        using application = makeApplication(version);
        const env = { ...collector.env, SENTRY_DSN: sentry.dsn, LOG_OUTPUT: 'none' };
        const ending = await application.run('kinds.cjs', { args: ['setup'], env });
        assert.equal(ending.code, 0, ending.stderr);
        const titles = sentry.events().map(({ exception, message }) => message ?? exception?.values.at(-1)?.value);
        const sent = ['sent', 'a message', 'a text', 'Object captured as exception with keys: an', 'once', 'the same', 'logged'];
        assert.deepEqual(titles.toSorted(), [...sent, 'from a handler', 'from a decorator'].toSorted());
        assert.ok(sentry.events().every(({ environment }) => environment === 'staging'));
        const dropped = collector.store.metrics().filter(({ name }) => name === 'signalbox.sentry.dropped');
        const counts = Object.fromEntries(
          dropped.flatMap(({ points }) =>
            (points as readonly { attributes: Record<string, unknown>; value: unknown }[]).map(({ attributes, value }) => [
              attributes['error.type'],
              Number(value),
            ]),
          ),
        );
        assert.deepEqual(counts, { duplicate: 4, transient: 8, expected: 1, before_send: 1 });
      });

      it('sends everything that is said of an error, and check-ins', async () => {
        await using sentry = await startSentryServer();
        using application = makeApplication(version);
        const ending = await application.run('kinds.cjs', { env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn, LOG_OUTPUT: 'none' } });
        const { trace, span } = JSON.parse(ending.stdout) as { trace: string; span: string };
        const [first, second] = sentry.events();
        assert.deepEqual(idsOf(first), [trace, span]);
        assert.deepEqual(
          [first?.level, first?.fingerprint, first?.user, first?.extra],
          ['warning', ['{{ default }}', 'shop'], { id: 7 }, { order: { id: 12 } }],
        );
        assert.deepEqual([second?.message, second?.level], ['a message', 'info']);
        const nested = sentry.events().find(({ exception }) => exception?.values[0]?.value === 'from a handler');
        assert.deepEqual(nested?.tags, { by: 'outer', inner: true });
        assert.ok(nested?.breadcrumbs === undefined);
        const checkIns = sentry.items('check_in');
        assert.deepEqual(
          checkIns.map(({ monitor_slug, status }) => [monitor_slug, status]),
          [
            ['nightly', 'in_progress'],
            ['job', 'in_progress'],
            ['job', 'ok'],
          ],
        );
        assert.equal((checkIns[0]?.['contexts'] as { trace?: { span_id?: string } } | undefined)?.trace?.span_id, span);
        assert.deepEqual((checkIns[0]?.['monitor_config'] as { schedule?: object } | undefined)?.schedule, {
          type: 'crontab',
          value: '0 3 * * *',
        });
        assert.equal(checkIns[1]?.['check_in_id'], checkIns[2]?.['check_in_id']);
      });

      it('lets an ES module use functions of Sentry itself, and leaves the process as it is', async () => {
        await using sentry = await startSentryServer();
        await using collector = await startCollector();
        using application = makeApplication(version);
        const ending = await application.run('app.mjs', { preload: 'import', env: { ...collector.env, SENTRY_DSN: sentry.dsn } });
        assert.match(ending.stdout, /untouched/, ending.stderr);
        const [event] = sentry.events();
        assert.deepEqual([...idsOf(event), event?.tags], [...idsIn(ending), { own: 'yes' }]);
        assert.deepEqual(
          collector.store.spans().map(({ name }) => name),
          ['work'],
        );
      });

      it('sends what an application handles as well, with log records at error as breadcrumbs; set up in code', async () => {
        await using sentry = await startSentryServer();
        using application = makeApplication(version);
        const env = { ...NO_EXPORT, SENTRY_DSN: sentry.dsn, LOG_OUTPUT: 'none' };
        const ending = await application.run('goes-on.cjs', { preload: 'none', env });
        assert.deepEqual([ending.code, ending.stdout], [0, 'handled nobody caught it\nflushed\n'], ending.stderr);
        const [event, ...others] = sentry.events();
        assert.deepEqual(others, []);
        assert.deepEqual([event?.level, event?.release, event?.exception?.values[0]?.value], ['error', 'shop@9', 'nobody caught it']);
        const [crumb, ...more] = event?.breadcrumbs ?? [];
        assert.deepEqual(more, []);
        assert.deepEqual([crumb?.['message'], crumb?.['category'], crumb?.['data']], ['a breadcrumb of item 7', 'shop', { item: 7 }]);
      });

      for (const how of ['itself', 'exit', 'terminate', 'main-exits', 'crash'])
        it(`sends what a worker thread captures, with the ids of its span: ${how}`, async () => {
          await using sentry = await startSentryServer();
          await using collector = await startCollector();
          using application = makeApplication(version);
          const ending = await application.run('worker.cjs', { args: [how], env: { ...collector.env, SENTRY_DSN: sentry.dsn } });
          assert.equal(ending.code, how === 'crash' ? 1 : 0, ending.stderr);
          const [event, ...others] = sentry.events();
          assert.deepEqual(others, []);
          assert.deepEqual(idsOf(event), idsIn(ending));
          const { type, value } = event?.exception?.values[0] ?? {};
          if (how === 'crash') assert.deepEqual([type, value, event?.level], ['RangeError', 'crashed in a thread', 'fatal']);
          else {
            assert.deepEqual([type, value], ['TypeError', 'failed in a thread, token=REDACTED']);
            assert.deepEqual([event?.tags, event?.breadcrumbs?.length], [{ part: 'thread' }, 1]);
          }
          assert.equal(event?.release, 'shop@1.4.2');
          assert.deepEqual(
            collector.store.spans().map(({ name }) => name),
            ['work in a thread'],
          );
        });

      for (const engine of ['components', 'OTEL_CONFIG_FILE'])
        for (const how of ['itself', 'exit', 'crash', 'SIGTERM'])
          it(`delivers where the official SDK runs (${engine}): ${how}`, async () => {
            await using sentry = await startSentryServer();
            using application = makeApplication(version);
            application.link('@opentelemetry/sdk-trace');
            application.write(
              'otel.yaml',
              'file_format: "1.0"\ntracer_provider:\n  processors:\n    - batch:\n        exporter:\n          console:\n',
            );
            const file = engine === 'components' ? undefined : join(application.folder, 'otel.yaml');
            const env = { ...NO_EXPORT, SENTRY_DSN: sentry.dsn, OTEL_CONFIG_FILE: file };
            const program = application.start('official.cjs', { args: [how], preload: file === undefined ? 'none' : 'require', env });
            program.child.on('message', () => program.kill('SIGTERM'));
            const ending = await program.ended;
            assert.deepEqual(
              [ending.code, ending.signal],
              [how === 'exit' ? 3 : how === 'crash' ? 1 : how === 'SIGTERM' ? null : 0, how === 'SIGTERM' ? 'SIGTERM' : null],
            );
            const [event, fatal] = sentry.events();
            assert.deepEqual(idsOf(event), idsIn(ending), ending.stderr);
            assert.equal(fatal?.level, how === 'crash' ? 'fatal' : undefined);
            assert.deepEqual(saidAtLeastWarn(ending), []);
          });

      it('leaves a client of the application alone, and gives its errors the ids of spans', async () => {
        await using sentry = await startSentryServer();
        using application = makeApplication(version);
        const ending = await application.run('own-client.cjs', { env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
        assert.equal(ending.code, 0, ending.stderr);
        assert.ok(ending.said.some(({ code }) => code === 'sentry.own-client'));
        assert.deepEqual(sentry.events().map(idsOf), [idsIn(ending)]);
      });
    });

  it('does nothing, and loads nothing, without telemetry or without a DSN', async () => {
    using application = makeApplication(11);
    const nothing = JSON.stringify([[null, null, null, 1, 2, 3, true], 0]);
    const SENTRY_DSN = 'http://key@127.0.0.1:9/42';
    const runs = [
      { preload: 'none', env: { SENTRY_DSN } },
      { preload: 'none', args: ['setup'], env: {} },
      { preload: 'require', env: NO_EXPORT },
      { preload: 'require', env: { SENTRY_DSN, OTEL_SDK_DISABLED: 'true' } },
    ] as const;
    for (const run of runs) {
      const { stdout, stderr } = await application.run('nothing.cjs', run);
      assert.equal(stdout.trim(), nothing, `${JSON.stringify(run)} ${stderr}`);
    }
  });

  for (const { text, notes } of snippetsOf(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')).filter(({ language }) => language === 'js'))
    it(`runs the program of docs/errors.md that sends: ${notes['sends']}`, async () => {
      await using sentry = await startSentryServer();
      using application = makeApplication(11);
      application.write('snippet.mjs', text);
      const ending = await application.run('snippet.mjs', { env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
      assert.equal(ending.code, 0, ending.stderr);
      const titles = sentry.events().map(({ exception, message }) => message ?? exception?.values.at(-1)?.value);
      assert.equal(titles.join('; '), notes['sends']?.trim());
      if (text.includes('withMonitor')) assert.equal(sentry.items('check_in').length, 2);
    });

  it('sends spans by OTLP where that is asked for, and the collector gets them too', async () => {
    await using sentry = await startSentryServer();
    await using collector = await startCollector();
    using application = makeApplication(11);
    const env = { ...collector.env, SENTRY_DSN: sentry.dsn, SIGNALBOX_SENTRY_SPANS: 'true' };
    const ending = await application.run('ends.cjs', { args: ['exit'], env });
    assert.deepEqual([ending.code, saidAtLeastWarn(ending)], [3, []]);
    assert.deepEqual(
      sentry.spans.map(({ url, headers }) => [url, headers['content-type'], headers['x-sentry-auth']]),
      [['/api/42/integration/otlp/v1/traces/', 'application/x-protobuf', 'Sentry sentry_version=7, sentry_key=publickey']],
    );
    assert.ok(sentry.spans[0]?.body.includes('work'));
    assert.deepEqual([collector.store.spans().length, sentry.events().length], [1, 1]);
  });

  it('says what to install, once, where @sentry/node is missing', async () => {
    using application = makeApplication('none');
    const ending = await application.run('ends.cjs', { env: { ...NO_EXPORT, SENTRY_DSN: 'http://key@127.0.0.1:9/42' } });
    assert.equal(ending.code, 0);
    assert.deepEqual(saidAtLeastWarn(ending), ['sentry.not-installed']);
    assert.match(ending.stderr, /npm install @sentry\/node@11/);
  });

  it('says that a DSN is none, and does not show it', async () => {
    using application = makeApplication(11);
    const ending = await application.run('ends.cjs', { env: { ...NO_EXPORT, SENTRY_DSN: 'planted-dsn' } });
    assert.deepEqual(saidAtLeastWarn(ending), ['sentry.not-started']);
    assert.doesNotMatch(ending.stderr, /planted-dsn/);
  });

  it('sends no more once an answer that took one limits errors, and counts those', async () => {
    await using sentry = await startSentryServer((response) =>
      response.writeHead(200, { 'x-sentry-rate-limits': '2700:transaction:key, 60:error;default:organization' }).end('{"id":"1"}'),
    );
    await using collector = await startCollector();
    using application = makeApplication(11);
    application.write(
      'many.cjs',
      `const { captureException } = require('signalbox/sentry');
      captureException(new Error('first'));
      const timer = setInterval(() => captureException(new Error('more ' + Math.random())), 20);
      process.once('message', () => (clearInterval(timer), process.disconnect()));`,
    );
    const running = application.start('many.cjs', { env: { ...collector.env, SENTRY_DSN: sentry.dsn } });
    await running.output(/sentry\.limited/, 'stderr');
    running.child.send('end');
    const ending = await running.ended;
    assert.deepEqual([ending.code, ending.said.filter(({ code }) => code.startsWith('sentry.limited')).length], [0, 1]);
    assert.match(ending.stderr, /takes no more errors for 60 s/);
    assert.equal(sentry.events().length, 1);
    const dropped = collector.store.metrics().find(({ name }) => name === 'signalbox.sentry.dropped');
    assert.match(inspect(dropped, { depth: 9 }), /rate_limited/);
  });

  it('harms nobody when Sentry refuses, limits, is down or silent: one line, and the losses', async () => {
    using application = makeApplication(11);
    const answers = [
      { status: 403, codes: ['exit.lost'], lost: /1 error for sentry \(refused\)/ },
      { status: 429, codes: ['exit.lost'], lost: /1 error for sentry \(exit deadline\)/ },
    ];
    for (const { status, codes, lost } of answers) {
      await using sentry = await startSentryServer((response) => response.writeHead(status, { 'retry-after': '60' }).end());
      const ending = await application.run('ends.cjs', { args: ['exit'], env: { ...NO_EXPORT, SENTRY_DSN: sentry.dsn } });
      assert.deepEqual([ending.code, saidAtLeastWarn(ending)], [3, codes]);
      assert.match(ending.stderr, lost);
    }
    await using silent = await startSilentServer();
    for (const port of [await findRefusingPort(), silent.port]) {
      const env = { ...NO_EXPORT, SENTRY_DSN: `http://key@127.0.0.1:${port}/42`, SIGNALBOX_SHUTDOWN_TIMEOUT: '2500' };
      const ending = await application.run('ends.cjs', { args: ['exit'], env });
      assert.deepEqual([ending.code, saidAtLeastWarn(ending)], [3, ['exit.lost']]);
      assert.match(ending.stderr, /1 error for sentry \(exit deadline\)/);
    }
  });
});
