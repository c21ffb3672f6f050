// Bounded, repeatable traffic for the shop, which knows what every request must come to.
//
//   node examples/shop/traffic.js --url http://127.0.0.1:8080 --requests 100 --seed 1 [--concurrency 4] [--seconds 60] [--json]
//
// Each request carries a `traceparent` of its own, so that what the shop's telemetry says of it can be looked up.
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const MAX_REQUESTS = 100_000;
const MAX_SECONDS = 600;
const MAX_CONCURRENCY = 64;

const json = (method, route, body) => ({ method, route, path: route, body });
const calls = (method, route, status) => [{ service: 'inventory', method, route, status }];

/**
 * What a visitor does: how often, the request, its status, and what the storefront asks of the inventory for it.
 * `route` is null where no route matches. Each entry is sent once, in this order, before chance decides; the first one
 * alone, so that there is an order to read.
 */
const SCENARIOS = [
  {
    weight: 4,
    status: 201,
    calls: calls('POST', '/reservations', 201),
    make: (pick) => json('POST', '/orders', { productId: pick(4), quantity: pick(3) }),
  },
  { weight: 4, status: 200, make: () => ({ method: 'GET', route: '/products', path: '/products' }) },
  {
    weight: 5,
    status: 200,
    calls: calls('GET', '/stock/:sku', 200),
    make: (pick) => ({ method: 'GET', route: '/products/:id', path: `/products/${pick(5)}` }),
  },
  { weight: 1, status: 404, make: () => ({ method: 'GET', route: '/products/:id', path: '/products/999' }) },
  {
    weight: 1,
    status: 409,
    calls: calls('POST', '/reservations', 409),
    make: () => json('POST', '/orders', { productId: 5, quantity: 1 }),
  },
  { weight: 1, status: 400, make: () => json('POST', '/orders', { productId: 1, quantity: 0 }) },
  { weight: 3, status: 200, make: (pick, orderId) => ({ method: 'GET', route: '/orders/:id', path: `/orders/${orderId}` }) },
  { weight: 1, status: 404, make: () => ({ method: 'GET', route: '/orders/:id', path: '/orders/999999999' }) },
  { weight: 1, status: 200, make: () => ({ method: 'GET', route: '/slow', path: '/slow' }) },
  { weight: 1, status: 500, make: () => ({ method: 'GET', route: '/boom', path: '/boom' }) },
  { weight: 2, status: 200, make: () => ({ method: 'GET', route: '/api/status', path: '/api/status' }) },
  {
    weight: 2,
    status: 200,
    make: () => ({ method: 'GET', route: '/api/categories/:category/products', path: '/api/categories/lighting/products' }),
  },
  { weight: 1, status: 404, make: () => ({ method: 'GET', route: null, path: '/favicon.ico' }) },
];

/**
 * Send `requests` requests and wait for every answer.
 *
 * @param {object} options
 * @param {string} options.url - the storefront; on this machine only.
 * @param {number} [options.requests] - 1 to 100,000, default 100.
 * @param {number} [options.seed] - the same seed sends the same mix; default 1.
 * @param {number} [options.concurrency] - requests under way at once, 1 to 64, default 4.
 * @param {number} [options.seconds] - give up after this long; 1 to 600, default 60.
 * @param {AbortSignal} [options.signal] - give up now.
 * @returns {Promise<Traffic>}
 * @throws {Error} when an option is wrong; an `AbortError` or a `TimeoutError` when it gave up.
 *
 * @typedef {object} Traffic
 * @property {SentRequest[]} requests - in the order in which they were sent.
 * @property {Count[]} counts - how many requests each route of each service took, those of the inventory included.
 * @property {number} unexpected - requests that were answered otherwise than they must be, or not at all.
 *
 * @typedef {object} SentRequest
 * @property {string} traceId - of its `traceparent`, 32 hexadecimal digits.
 * @property {string} spanId - the parent that it named, 16 hexadecimal digits.
 * @property {string} method
 * @property {string | null} route
 * @property {string} path
 * @property {number} expectedStatus
 * @property {number | null} status - null when there was no answer.
 *
 * @typedef {object} Count
 * @property {string} service - `storefront` or `inventory`.
 * @property {string} method
 * @property {string | null} route - as the framework names it; null where none matches.
 * @property {number} status
 * @property {number} count
 */
export async function runTraffic({ url, requests = 100, seed = 1, concurrency = 4, seconds = 60, signal }) {
  const origin = new URL(url);
  if (!LOOPBACK.has(origin.hostname))
    throw new Error(`url must be on this machine (127.0.0.1, localhost or [::1]), got "${url}". Nothing was sent.`);
  mustBeWhole('requests', requests, MAX_REQUESTS);
  mustBeWhole('concurrency', concurrency, MAX_CONCURRENCY);
  mustBeWhole('seconds', seconds, MAX_SECONDS);
  const deadline = AbortSignal.timeout(seconds * 1000);
  const abort = signal ? AbortSignal.any([signal, deadline]) : deadline;

  const random = seededRandom(seed);
  const pick = (count) => 1 + Math.floor(random() * count);
  const sent = [];
  const counts = new Map();
  let orderId;

  const sendNext = async (scenario) => {
    const request = scenario.make(pick, orderId);
    const record = {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      method: request.method,
      route: request.route,
      path: request.path,
      expectedStatus: scenario.status,
      status: null,
    };
    sent.push(record);
    const answer = await send(origin, record, request.body, abort);
    record.status = answer.status;
    if (answer.status === 201) orderId = answer.body.id;
    if (answer.status === null) return;
    count(counts, { service: 'storefront', method: record.method, route: record.route, status: record.status });
    if (record.status === scenario.status) for (const call of scenario.calls ?? []) count(counts, call);
  };

  await sendNext(SCENARIOS[0]);
  let next = 1;
  const visitor = async () => {
    while (next < requests) await sendNext(SCENARIOS[next++] ?? choose(SCENARIOS, random));
  };
  await Promise.all(Array.from({ length: concurrency }, visitor));

  const unexpected = sent.filter(({ status, expectedStatus }) => status !== expectedStatus).length;
  return { requests: sent, counts: sorted(counts), unexpected };
}

/** @throws when `abort` was raised; any other failure is an answer without a status. */
async function send(origin, { method, path, traceId, spanId }, body, abort) {
  const headers = { traceparent: `00-${traceId}-${spanId}-01` };
  if (body) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(new URL(path, origin), { method, headers, body: body && JSON.stringify(body), signal: abort });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    abort.throwIfAborted();
    return { status: null, error };
  }
}

function mustBeWhole(name, value, max) {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new Error(`${name} must be a whole number from 1 to ${max}, got "${value}". Nothing was sent.`);
  }
}

/** The same numbers from 0 to 1 for the same seed: mulberry32, a public-domain generator. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function choose(scenarios, random) {
  let rest = random() * scenarios.reduce((sum, { weight }) => sum + weight, 0);
  return scenarios.find(({ weight }) => (rest -= weight) < 0) ?? scenarios[0];
}

function count(counts, { service, method, route, status }) {
  const key = JSON.stringify([service, route, method, status]);
  const entry = counts.get(key);
  if (entry) entry.count++;
  else counts.set(key, { service, method, route, status, count: 1 });
}

const sorted = (counts) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);

/**
 * The counts as lines for a terminal.
 *
 * @param {Count[]} counts
 * @returns {string}
 */
export function renderCounts(counts) {
  return counts
    .map(
      ({ service, method, route, status, count }) =>
        `${String(count).padStart(6)}  ${service.padEnd(10)}  ${status}  ${method} ${route ?? '(no route)'}`,
    )
    .join('\n');
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8080' },
      requests: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const { url, json: asJson, ...numbers } = values;
  const options = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
  const traffic = await runTraffic({ url, ...options });
  console.log(asJson ? JSON.stringify(traffic, null, 2) : renderCounts(traffic.counts));
  if (traffic.unexpected > 0) {
    console.error(`${traffic.unexpected} of ${traffic.requests.length} requests must have another status than they got.`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
