/** What the traces of the shop's requests must be: which spans, whose, under which. */
import type { JaegerSpan, JaegerTrace } from './kit/queries.ts';
import type { SentRequest } from './visited-shop.ts';

interface Expected {
  readonly line: string;
  readonly children: readonly Expected[];
}

const failedMark = (failed: boolean): string => (failed ? ' ERROR' : '');

const query = (service: string, operation: string): Expected => ({
  line: `${service} client pg.query:${operation} postgres`,
  children: [],
});

/** Without a route there is no handler either. */
function served(service: string, method: string, route: string | null, status: number, children: readonly Expected[] = []): Expected {
  const name = route === null ? method : `${method} ${route}`;
  return { line: `${service} server ${name} = ${status} ${route ?? 'without a route'}${failedMark(status >= 500)}`, children };
}

/** A request to the inventory, and the one statement that answers it. For its caller 4xx is a failure. */
const asked = (method: string, route: string, status: number, operation: string): Expected => ({
  line: `storefront client ${method} = ${status}${failedMark(status >= 400)}`,
  children: [served('inventory', method, route, status, [query('inventory', operation)])],
});

const SELECT = query('storefront', 'SELECT');
const STOCK = asked('GET', '/stock/:sku', 200, 'SELECT');
const transaction = ['BEGIN', 'INSERT', 'INSERT', 'COMMIT'].map((operation) => query('storefront', operation));

/** What the handler of a route does, by method, route and status of the request. */
const HANDLERS: Readonly<Record<string, readonly Expected[]>> = {
  'POST /orders 201': [SELECT, asked('POST', '/reservations', 201, 'UPDATE'), ...transaction],
  'POST /orders 409': [SELECT, asked('POST', '/reservations', 409, 'UPDATE')],
  'POST /orders 400': [],
  'GET /products 200': [SELECT],
  'GET /products/:id 200': [SELECT, STOCK],
  'GET /products/:id 404': [SELECT],
  'GET /orders/:id 200': [SELECT],
  'GET /orders/:id 404': [SELECT],
  'GET /slow 200': [SELECT],
  'GET /boom 500': [],
  'GET /api/status 200': [],
  'GET /api/categories/:category/products 200': [SELECT],
};

const scenarioOf = ({ method, route, expectedStatus }: SentRequest): string => `${method} ${route ?? 'without a route'} ${expectedStatus}`;

/** The trace that a request must leave, as text: a line for each span, indented below its parent. */
export function expectedTrace(request: SentRequest): string {
  const { method, route, expectedStatus } = request;
  if (route === null) return render(served('storefront', method, null, expectedStatus));
  const children = HANDLERS[scenarioOf(request)];
  if (children === undefined) throw new Error(`Nobody said yet which spans "${scenarioOf(request)}" leaves.`);
  const handler = { line: `storefront internal request handler - ${route}${failedMark(expectedStatus >= 500)}`, children };
  return render(served('storefront', method, route, expectedStatus, [handler]));
}

/** The same of what is stored; a span whose parent is missing stands at the left, with the parent that it names. */
export function storedTrace(trace: JaegerTrace, request: SentRequest): string {
  // A sender that had no answer sends once more, so a span may be there twice.
  const spans = [...new Map(trace.spans.map((span) => [span.spanID, span])).values()];
  const ids = new Set(spans.map(({ spanID }) => spanID));
  const parentOf = (span: JaegerSpan): string => span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID ?? 'nobody';
  const below = (parent: JaegerSpan): Expected => ({
    line: describe(trace, parent),
    children: spans.filter((span) => parentOf(span) === parent.spanID).map(below),
  });
  const roots = spans.filter((span) => !ids.has(parentOf(span)));
  return roots.map((root) => (parentOf(root) === request.spanId ? '' : `(below ${parentOf(root)}) `) + render(below(root))).join('\n');
}

function describe(trace: JaegerTrace, span: JaegerSpan): string {
  const tags = tagsOf(span);
  const parts = [trace.processes[span.processID]?.serviceName, tags['span.kind'], span.operationName];
  const status = tags['http.response.status_code'];
  if (status !== undefined) parts.push('=', status);
  if (tags['span.kind'] === 'server') parts.push(tags['http.route'] ?? 'without a route');
  return parts.join(' ') + failedMark(isFailed(span));
}

const tagsOf = (span: JaegerSpan): Record<string, unknown> => Object.fromEntries(span.tags.map(({ key, value }) => [key, value]));

const isFailed = (span: JaegerSpan): boolean => tagsOf(span)['otel.status_code'] === 'ERROR';

/** Siblings in the order of their text: which of two concurrent ones began first says nothing. */
function render({ line, children }: Expected): string {
  const below = children.map(render).sort().join('\n');
  return below === '' ? line : `${line}\n${below.replaceAll(/^/gm, '  ')}`;
}
