import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactAttribute as redactPlain } from '../../../src/redaction/redact-attribute.ts';
import { MAX_STRING_LENGTH } from '../../../src/values/limits.ts';
import { toPlain } from '../../../src/values/plain-value.ts';

const C = 'CANARY';
const LONG = `${C}7f3a9b2c4d5e6f708192`;

/** As on the way of every record: made plain, then redacted. */
function redactAttribute(key: string, value: unknown): unknown {
  const plain = toPlain(value, MAX_STRING_LENGTH);
  return plain === undefined ? undefined : redactPlain(key, plain);
}

/** Everything that can be read out of a value, as text. */
function textOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)) ?? '';
}

const CANARIES: Record<string, [key: string, value: unknown][]> = {
  'what is no URL under the name of one': [
    ['url', `password=${C}`],
    ['request.url', `api_key: ${LONG}`],
    ['callback_url', `Bearer ${LONG}`],
    ['url', `host=db;password=${C};user=anna`],
    ['urls', [`token=${LONG}`]],
  ],
  'secret names': [
    ['password', C],
    ['user.password', C],
    ['dbPassword', C],
    ['http.request.header.authorization', [`Bearer ${C}`]],
    ['http.request.header.x-api-key', [C]],
    ['http.request.header.x_api_key', [C]],
    ['http.request.header.cookie', [`sid=${C}`]],
    ['http.response.header.set-cookie', [`a=${C}; Path=/`, `b=${C}`]],
    ['rpc.request.metadata.authorization', [C]],
    ['api_key', C],
    ['access_token', C],
    ['aws.secret_access_key', C],
    ['cookies', { a: C }],
    ['credentials', { user: { name: C } }],
    ['sessionId', C],
    ['auth', `user:${C}`],
    ['tokens', [C]],
    ['clientSecret', Buffer.from(C)],
    ['db.connection_string', `Server=x;Pwd=${C}`],
  ],
  URLs: [
    ['url.full', `https://h.test/a?token=${C}`],
    ['url.full', `https://h.test/a?q=${C}&b=${C}`],
    ['url.query', `a=${C}&b=${C}`],
    ['url.query', `?${C}1`],
    ['http.url', `https://u:${C}@h.test/`],
    ['http.target', `/a?x=${C}`],
    ['url.full', `https://${C}@h.test/`],
    ['url.full', `https://api.telegram.org/bot123456:${C}/getMe`],
    ['url.path', `/bot123456:${C}/getMe`],
    ['url.fragment', `access_token=${C}`],
    ['url.full', `https://h.test/#access_token=${C}`],
    ['http.request.header.referer', [`https://h.test/?q=${C}`]],
    ['http.response.header.location', [`/next?code=${C}`]],
    ['req.url', `/a?q=${C} b`],
    ['url.path', `/reset-password/${LONG}`],
    ['query', `?q=${C}`],
    ['query', `q=${C}&x=${C}`],
    ['query', { q: C }],
    ['redirect_uri', `https://h.test/?code=${C}`],
    ['url', new URL(`https://h.test/?q=${C}`)],
    ['note', `see https://h.test/?q=${C}`],
  ],
  databases: [
    ['db.query.text', `SELECT * FROM t WHERE a = '${C}'`],
    ['db.statement', `SELECT * FROM t WHERE a = "${C}"`],
    ['db.query.text', `INSERT INTO t VALUES (N'${C}', $$${C}$$)`],
    ['db.query.text', `SELECT 1 -- ${C}`],
    ['db.query.text', `SELECT 1 /* ${C} */`],
    ['db.query.text', `SELECT '${C}`],
    ['db.query.text', [`SELECT '${C}'`, `AUTH ${C}`]],
    ['db.query.text', `SET key:1 ${C}`],
    ['db.query.text', `AUTH ${C}`],
    ['db.query.text', `{"find":"t","filter":{"a":"${C}"}}`],
    ['db.query.parameter.0', C],
    ['db.query.parameter.name', C],
    ['db.operation.parameter.x', C],
    ['db.postgresql.values', [C, C]],
    ['graphql.variables.input', C],
    ['graphql.document', `query { user(name: "${C}") { id } }`],
    ['sql', `SELECT '${C}'`],
    ['bindings', [C]],
    ['queryText', `SELECT '${C}'`],
    ['sql.query', `SELECT '${C}'`],
    ['query_text', `SELECT '${C}'`],
    ['prisma.query', `SELECT '${C}'`],
    ['db.stmt', `SELECT '${C}'`],
    ['sqlMessage', `Duplicate entry '${C}' for key 'a'`],
    ['db.redis.command', `SET a ${C}`],
    ['redis.command', `SET a ${C}`],
    ['db.command', `AUTH ${C}`],
    ['db.statement.parameters', [C]],
    ['db.parameters', [C]],
    ['pg.values', [C]],
    ['knex.bindings', [C]],
    ['typeorm.parameters', [C]],
    ['gql.query', `query { a(b: "${C}") }`],
    ['graphql.operation.variables', { a: C }],
    ['query', { sql: 'SELECT $1', parameters: [C] }],
    ['', { sql: 'SELECT $1', values: [C] }],
    ['exception.message', `insert into \`users\` (\`pw\`) values ('${C}') - SQLITE_CONSTRAINT`],
    ['', `Executing (default): SELECT * FROM u WHERE e = '${C}'`],
  ],
  text: [
    ['exception.message', `password=${C}`],
    ['exception.stacktrace', `Error: Bearer ${C}1\n    at x (y.js:1:2)`],
    ['', `token: ${C}`],
    ['message', `{"secret":"${C}"}`],
    ['log.body', `Cookie: a=${C}; b=${C}`],
    ['exception.message', `mail ${C}@example.com`],
    ['x', `eyJ${C}00.eyJ${C}.${C}`],
    ['x', `ghp_${LONG}`],
    ['x', `sk-${LONG}`],
    ['x', `-----BEGIN PRIVATE KEY-----\n${C}\n-----END PRIVATE KEY-----`],
    ['x', `postgres://u:${C}@db/x`],
    ['x', `xoxb-${LONG}`],
    ['process.command_args', ['node', `--db-password=${C}`, '--token', C]],
    ['process.command_line', `node app --api-key ${C} --x`],
    ['x', Buffer.from(`password=${C}`)],
    ['x', `redis://:${C}@h:1`],
    ['http.request.body', `user=a&password=${C}`],
  ],
  'what programs choose': [
    ['http.route', `/bot123456789:AAH${LONG}/hook`],
    ['http.route', `/x?sig=${C}`],
    ['db.namespace', `postgres://u:${C}@h`],
    ['db.name', `postgres://u:${C}@h`],
    ['server.address', `u:${C}@h`],
    ['error.type', `Error: password=${C}`],
    ['exception.type', `token=${C}`],
    ['rpc.method', `x?token=${C}`],
    ['service.instance.id', `https://u:${C}@h`],
    ['thread.name', `token=${C}`],
    ['route', `/x?sig=${C}`],
    ['link', `/x?sig=${C}`],
    ['next', `/x?sig=${C}`],
    ['request', `GET /x?sig=${C}`],
    ['searchParams', `sig=${C}`],
    ['url.search', `?sig=${C}`],
    ['req.query', { sig: C }],
    ['queryParams', { sig: C }],
  ],
  'nested values': [
    ['req', { headers: { authorization: C, 'x-api-key': C }, query: { q: C }, url: `/a?b=${C}` }],
    ['', { a: { b: [{ password: C }] } }],
    ['', [[['Authorization', C]]]],
    ['rawHeaders', ['Host', 'h', 'Authorization', C, 'x-api-key', C]],
    [
      'headers',
      [
        { name: 'cookie', value: C },
        { key: 'apiKey', value: C },
      ],
    ],
    ['', new Map([['token', C]])],
    ['', { rawHeaders: ['Host', 'h', 'token', C, 'apikey', C] }],
    ['', [['password', C]]],
    ['', { Name: 'password', Value: C }],
    ['', { header: 'authorization', value: C }],
    ['', { name: 'Authorization', values: [C] }],
    ['', new Set([`password=${C}`])],
    ['err', Object.assign(new Error(`token=${C}`), { apiKey: C })],
    ['err', new Error('x', { cause: new Error(`secret: ${C}`) })],
    ['', { [`${C}@example.com`]: 1 }],
    ['body', { user: { pwd: C, list: [`Bearer ${C}-1`] } }],
    ['', { dsn: `https://${C}@o1.ingest.test/1` }],
    ['', { query: { text: C } }],
    ['', Object.create({}, { token: { value: C, enumerable: true } })],
  ],
};

describe('nothing survives', () => {
  for (const [what, cases] of Object.entries(CANARIES)) {
    for (const [key, value] of cases) {
      test(`of ${what}: ${key || '(no key)'} = ${(textOf(value) || String(value)).slice(0, 60)}`, () => {
        const redacted = redactAttribute(key, value);
        assert.ok(!textOf(redacted).includes(C), textOf(redacted));
        assert.deepEqual(redactAttribute(key, redacted), redacted, 'redacting again must change nothing');
      });
    }
  }

  test('of what a client says of itself', () => {
    assert.equal(redactAttribute('user_agent.original', 'shop-app/1.0 (Bearer abcdefghijklmnop.qrst)'), 'shop-app/1.0 (Bearer REDACTED)');
  });

  test('of numbers that are secrets', () => {
    assert.equal(redactAttribute('pin', 1234), 'REDACTED');
    assert.equal(redactAttribute('user.cvv', 123), 'REDACTED');
    assert.deepEqual(redactAttribute('password', { a: 1 }), { a: 'REDACTED' });
    assert.equal(redactAttribute('card', 4111111111111111), 'REDACTED');
    assert.equal(redactAttribute('card', 4111111111111111n), 'REDACTED');
    assert.deepEqual(redactAttribute('cards', [4111111111111111, 5]), ['REDACTED', 5]);
  });
});

describe('what telemetry is made of stays', () => {
  const now = new Date();
  for (const [key, value] of [
    ['http.route', '/users/:id/password'],
    ['http.route', '/users/:id?/x'],
    ['http.route', '/v1/token:refresh'],
    ['http.route', '/reset-password/:resetPasswordToken'],
    ['http.route', '/files/[...slug]'],
    ['duration_ns', 378282246310005],
    ['graphql.source', 'query GetUser($id: ID!) { user(id: $id) { name } }'],
    ['api_key_id', 'k1'],
    ['tokenId', 't1'],
    ['accepted_prediction_tokens', 'many'],
    ['secret_santa', 'ann'],
    ['has_password', 'yes'],
    ['errors', [{ path: ['user', 'password', 'length'], message: 'too short' }]],
    ['params', { id: '5' }],
    ['http.request.method', 'GET'],
    ['http.response.status_code', 200],
    ['url.path', '/users/12345'],
    ['url.full', 'https://example.com/users/12345'],
    ['url.scheme', 'https'],
    ['server.address', 'api.example.com'],
    ['client.address', '10.0.0.1'],
    ['user_agent.original', 'Mozilla/5.0 (compatible; Bot/2.1; +http://bot.example/)'],
    ['code.function.name', 'handleToken'],
    ['code.file.path', '/srv/app/password.js'],
    ['code.line.number', 42],
    ['trace_id', '41111111111111114111111111111111'],
    ['span_id', '4111111111111111'],
    ['session.id', 'a1b2c3'],
    ['session.previous_id', 'z9'],
    ['token.count', 12],
    ['tokens', 12],
    ['gen_ai.usage.input_tokens', 100],
    ['gen_ai.usage.output_tokens', 50],
    ['gen_ai.request.max_tokens', 4096],
    ['gen_ai.token.type', 'input'],
    ['usage', { tokens: { input: 1, output: 2 } }],
    ['db.operation.name', 'SELECT'],
    ['db.namespace', 'app'],
    ['db.collection.name', 'tokens'],
    ['db.query.summary', 'SELECT users'],
    ['db.query.text', 'SELECT "a"."b" FROM "a" WHERE c = $1'],
    ['messaging.destination.name', 'password-resets'],
    ['messaging.kafka.message.key', 'order-1'],
    ['aws.s3.key', 'a/b/c.png'],
    ['feature_flag.key', 'new-auth'],
    ['author', 'Ada'],
    ['authority', 'example.com'],
    ['monkey', 'see'],
    ['keyboard', 'us'],
    ['has_password', true],
    ['password', null],
    ['password', undefined],
    ['password', ''],
    ['password', false],
    ['exception.type', 'AuthError'],
    ['exception.message', 'invalid token'],
    ['error.type', 'TokenExpiredError'],
    ['time', 1763658840123],
    ['id', 1234567890123456],
    ['ratio', 0.5],
    ['big', 10n],
    ['date', now],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['service.name', 'auth-tokens'],
    ['k8s.pod.name', 'auth-7d9f8b6c5d-x2x4z'],
    ['container.id', 'a'.repeat(64)],
    ['list', ['a', 1, true, null]],
    ['process.runtime.version', '24.21.0'],
    ['empty', {}],
    ['process.command_args', ['node', '--enable-source-maps', 'app.js']],
    ['messages', [{ role: 'user', content: 'hello' }]],
    ['thread.id', 1],
  ] as [string, unknown][]) {
    test(`${key} = ${String(value).slice(0, 40)}`, () => assert.deepEqual(redactAttribute(key, value), toPlain(value, MAX_STRING_LENGTH)));
  }
});

describe('a hostile value', () => {
  const throwing = {
    get password(): string {
      throw new Error('no');
    },
    a: 1,
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  test('is dropped where it cannot be read, and nothing is thrown', () => {
    const noKeys = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
      },
    );
    assert.deepEqual(
      [throwing, revoked.proxy, [revoked.proxy], { a: { b: throwing } }, noKeys].map((value) => redactAttribute('x', value)),
      [{ a: 1 }, undefined, [null], { a: { b: { a: 1 } } }, undefined],
    );
  });

  test('that refers to itself, or is very deep, comes to an end', () => {
    const circle: Record<string, unknown> = { password: C };
    circle['self'] = circle;
    circle['list'] = [circle];
    assert.deepEqual(redactAttribute('x', circle), { password: 'REDACTED', self: '[circular]', list: ['[circular]'] });
    let deep: unknown = C;
    for (let i = 0; i < 20_000; i++) deep = { token: deep };
    assert.ok(!textOf(redactAttribute('x', deep)).includes(C));
    const shared = Array.from({ length: 10 }, () => ({}));
    let wide: unknown = shared;
    for (let i = 0; i < 30; i++) wide = [wide, wide, wide];
    assert.ok(textOf(redactAttribute('x', wide)).length < 20_000);
  });

  test('under a hostile key is dropped or redacted', () => {
    for (const key of [undefined, null, 7, Symbol('password'), {}]) assert.equal(redactAttribute(key as never, C), undefined);
    assert.equal(redactAttribute(`${'x'.repeat(1_000_000)}.password`, C), 'REDACTED');
    const copy = redactAttribute('x', JSON.parse('{"__proto__":{"password":"CANARY"},"a":1}')) as Record<string, unknown>;
    assert.deepEqual(copy, { a: 1 });
    assert.equal(Object.getPrototypeOf(copy), Object.prototype);
  });

  test('is not changed by being redacted', () => {
    const value = { password: C, list: [{ token: C }], error: new Error(`token=${C}`) };
    redactAttribute('x', value);
    assert.equal(value.password, C);
    assert.equal(value.list[0]?.token, C);
    assert.equal(value.error.message, `token=${C}`);
  });

  test('that is neither text nor data is dropped', () => {
    assert.equal(redactAttribute('password', Symbol('x')), undefined);
    assert.equal(redactAttribute('x', assert.equal), undefined);
    assert.ok(Number.isNaN(redactAttribute('x', NaN)));
  });

  test('under ever new keys takes no more memory than for 2,000 of them, and is judged alike', () => {
    for (let i = 0; i < 10_000; i++) assert.equal(redactAttribute(`k${i}.password`, C), 'REDACTED');
    assert.equal(redactAttribute('k1', 'v'), 'v');
  });
});
