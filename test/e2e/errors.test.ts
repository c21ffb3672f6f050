/** `signalbox/sentry` as a project in TypeScript sees it. What it sends is in test/sentry. */
import { after, describe, it } from 'node:test';
import { createConsumerProject } from './kit/consumer-project.ts';

const project = createConsumerProject();
after(() => project[Symbol.dispose]());

const TYPED = `
import { addBreadcrumb, captureCheckIn, captureException, captureMessage, ErrorHandler, setupSentry, withErrorHandler, withMonitor, type CaptureOptions, type SentryOptions } from 'signalbox/sentry';
class NoStock extends Error { constructor(readonly item: number) { super('no stock'); } }
const options: SentryOptions = { ignore: [NoStock, 'E_MINE', /no/], logs: 'events', beforeSend: (event) => (event['level'] === 'debug' ? null : event) };
setupSentry(options);
const said: CaptureOptions = { user: { id: 7, email: 'a' }, tags: { a: 1, b: true, c: undefined }, extra: { order: { id: 1 } }, fingerprint: ['a'], handler: 'pay', level: 'warning' };
const id: string | undefined = captureException(new NoStock(1), said) ?? captureMessage('a', 'info') ?? captureCheckIn({ monitorSlug: 'a', status: 'ok' });
const one: number = withErrorHandler({ handler: 'a' }, () => 1);
const two: Promise<number> = withMonitor('job', async () => 2, { schedule: { type: 'interval', value: 1, unit: 'hour' } });
addBreadcrumb({ message: 'a', category: 'b', data: { c: 1 } });
class Shop {
  @ErrorHandler({ handler: 'shop' })
  async sell(count: number): Promise<number> { return count; }
  @ErrorHandler()
  static open(): Shop { return new Shop(); }
}
const sold: Promise<number> = Shop.open().sell(1);
// @ts-expect-error no such level
captureException(1, { level: 'loud' });
void [id, one, two, sold];
`;

const COMMON = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', ''];

describe('a project in TypeScript', () => {
  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ])
    for (const decorators of ['--experimentalDecorators', '--noImplicitAny'])
      it(`compiles against signalbox/sentry with ${resolution.join(' ')} ${decorators}`, async () => {
        project.write('typed.ts', TYPED);
        await project.compile(['typed.ts'], [...COMMON, decorators, ...resolution]);
      });
});
