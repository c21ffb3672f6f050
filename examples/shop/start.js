// The demo: the shop under signalbox, some traffic, and what arrived of it. Run it with `npm start`, which builds first.
//
//   npm start -- [--requests 20] [--seed 1] [--keep] [--visit]
//
// --keep leaves everything running until Ctrl-C; with --visit customers go on coming meanwhile. With OTEL_EXPORTER_OTLP_ENDPOINT set, the telemetry goes there instead.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeToDesk } from './customers.js';
import { parseLogLine, startShop } from './shop.js';
import { renderCounts, runTraffic } from './traffic.js';

const DIST = new URL('../../dist/', import.meta.url);
const REGISTER = fileURLToPath(new URL('register.js', DIST));

/** Short, so that --keep shows what happened just now; the end of a process exports in any case. */
const EXPORT_DELAY_MS = '200';
const PACKED_TIMEOUT_MS = 10_000;
const VISITS_OF_A_ROUND = 20;
const PAUSE_MS = 2000;

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    visit: { type: 'boolean', default: false },
  },
});

const stopping = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    process.exitCode = code;
    stopping.abort();
  });
}

try {
  await main(stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(`The demo stopped: ${error.message}`);
    process.exitCode = 1;
  }
}

async function main(signal) {
  if (!existsSync(REGISTER))
    throw new Error(`signalbox must be built, ${REGISTER} is missing. Nothing was started; run "npm run build" first.`);
  const collector = await startCollector();
  const packed = countPacked();
  try {
    const shop = await startShop({
      nodeArgs: ['--require', REGISTER],
      env: (service) => ({
        OTEL_SERVICE_NAME: service,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: EXPORT_DELAY_MS,
        OTEL_BLRP_SCHEDULE_DELAY: EXPORT_DELAY_MS,
      }),
      onLine(service, line) {
        const record = parseLogLine(line);
        if (record?.message === 'order packed') packed.add();
        // The services' own lines are shown with their traces; this is what else is said.
        if (!record || record.logger === 'signalbox') console.log(`${service.padEnd(10)} | ${record?.message ?? line}`);
      },
      withDesk: true,
      signal,
    });
    let exits;
    let traffic;
    try {
      console.log(`\nstorefront ${shop.url}\ndesk       ${shop.deskUrl}\ndatabase   ${shop.databaseUrl}\ncollector  ${collector.url}\n`);
      traffic = await runTraffic({ url: shop.url, requests: Number(options.requests), seed: Number(options.seed), signal });
      await writeToDesk(shop.deskUrl);
      await packed.reaches(ordersIn(traffic), signal);
      if (options.keep || options.visit) {
        await collector.settle(traffic);
        collector.show(traffic);
        console.log('\nThe shop runs on; Ctrl-C stops it.');
        await (options.visit ? visitUntil(signal, shop) : raised(signal));
      }
    } finally {
      exits = await shop.stop();
    }
    if (!options.keep && !options.visit && !signal.aborted) collector.show(traffic);
    complain(traffic, exits);
  } finally {
    await collector.close();
  }
}

/** Customers of the shop and of its desk, a few in each second, so that a dashboard moves. */
async function visitUntil(signal, { deskUrl, url }) {
  for (let seed = Number(options.seed) + 1; !signal.aborted; seed++) {
    await runTraffic({ url, requests: VISITS_OF_A_ROUND, seed, signal });
    await writeToDesk(deskUrl);
    await delay(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

/** Something that takes OTLP: signalbox's own receiver, or what the environment names. */
async function startCollector() {
  const elsewhere = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (elsewhere) return { url: elsewhere, settle: async () => {}, show: showTraceIds, close: async () => {} };

  const [{ startReceiver }, { createStore }, { renderWaterfall }] = await Promise.all(
    ['receiver.js', 'store.js', 'render-waterfall.js'].map((file) => import(new URL(`receiver/${file}`, DIST).href)),
  );
  const store = createStore();
  const receiver = await startReceiver({ ...store.handlers, grpcPort: false });
  return {
    url: receiver.httpUrl,
    /** While the shop runs, telemetry is a moment behind. */
    async settle({ requests }) {
      const isThere = ({ traceId }) => store.spansOf(traceId).length > 0;
      await store
        .waitFor(() => requests.every(isThere), { what: 'a trace of every request' })
        .catch((error) => console.error(error.message));
    },
    show: (traffic) => showTraces(traffic, store, renderWaterfall),
    close: receiver.close,
  };
}

function showTraces({ requests, counts }, store, renderWaterfall) {
  const ids = requests.map(({ traceId }) => traceId);
  const color = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;
  for (const id of ids) {
    console.log(renderWaterfall(store.spansOf(id), store.logsOf(id), { color, width: process.stdout.columns }));
  }
  const sent = new Set(ids);
  const others = store.traceIds().filter((id) => !sent.has(id)).length;
  console.log(`requests\n${renderCounts(counts)}`);
  console.log(`traces   ${ids.length} of the requests, ${others} of the worker, the desk and of what happened at start`);
  console.log(`spans    ${byService(store.spans())}`);
  console.log(`logs     ${byService(store.logs())}`);
  console.log(`metrics  ${[...new Set(store.metrics().map(({ name }) => name))].sort().join(', ')}`);

  const lost = ids.filter((id) => store.spansOf(id).length === 0);
  if (lost.length > 0) {
    console.error(`${lost.length} of ${ids.length} requests left no trace: ${lost.join(', ')}`);
    process.exitCode ??= 1;
  }
}

function showTraceIds({ requests, counts }) {
  for (const { traceId, method, path, status } of requests) console.log(`trace ${traceId}  ${status}  ${method} ${path}`);
  console.log(`requests\n${renderCounts(counts)}`);
}

function byService(records) {
  const groups = Object.entries(Object.groupBy(records, ({ resource }) => resource['service.name']));
  const counts = groups.sort().map(([service, { length }]) => `${length} ${service}`);
  return counts.join(', ') || 'none';
}

function complain({ requests, unexpected }, exits) {
  const failed = exits.filter(({ code }) => code !== 0);
  for (const { service, code, signal } of failed) console.error(`${service} must end with 0, it ended with ${code ?? signal}.`);
  if (unexpected > 0) console.error(`${unexpected} of ${requests.length} requests must have another status than they got.`);
  if (failed.length > 0 || unexpected > 0) process.exitCode ??= 1;
}

function ordersIn({ requests }) {
  return requests.filter(({ path, status }) => path === '/orders' && status === 201).length;
}

/** Follows how many orders the worker has packed. */
function countPacked() {
  let count = 0;
  let check = () => {};
  return {
    add() {
      count++;
      check();
    },
    /** Resolves when that many are packed, and when nobody wants to wait any longer. */
    async reaches(orders, signal) {
      const enough = new AbortController();
      check = () => {
        if (count >= orders) enough.abort();
      };
      check();
      await raised(AbortSignal.any([enough.signal, signal, AbortSignal.timeout(PACKED_TIMEOUT_MS)]));
      if (count < orders) throw new Error(`the worker must pack ${orders} orders, it packed ${count}.`);
    },
  };
}

/** Resolves when the signal is raised. The timer keeps the process for so long. */
function raised(signal) {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000);
    const done = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
