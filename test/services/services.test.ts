import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing, startKafka, startMariadb, startPostgres, startRabbitmq, startRedis } from './services.ts';
import type { Service } from './services.ts';

// The clients carry no types of their own here; each is named with the little that is used of it.
const require = createRequire(import.meta.url);

test('PostgreSQL answers a query of pg', { skip: missing('postgres') }, async (t) => {
  const service = await startPostgres();
  t.after(service.stop);
  const { Client } = require('pg') as {
    Client: new (url: string) => { connect(): Promise<void>; query(sql: string): Promise<{ rows: unknown[] }>; end(): Promise<void> };
  };
  const client = new Client(service.url);
  await client.connect();
  const { rows } = await client.query("select 6 * 7 as answer, current_setting('fsync') as fsync");
  await client.end();
  assert.deepEqual(rows, [{ answer: 42, fsync: 'off' }]);
  await stopsListening(service);
});

test('Redis answers a command of ioredis', { skip: missing('redis') }, async (t) => {
  const service = await startRedis();
  t.after(service.stop);
  const { Redis } = require('ioredis') as {
    Redis: new (url: string) => {
      set(key: string, value: string): Promise<string>;
      get(key: string): Promise<string>;
      quit(): Promise<string>;
    };
  };
  const client = new Redis(service.url);
  await client.set('parcel', 'sent');
  assert.equal(await client.get('parcel'), 'sent');
  await client.quit();
  await stopsListening(service);
});

test('MariaDB answers a query of mysql2', { skip: missing('mariadb') }, async (t) => {
  const service = await startMariadb();
  t.after(service.stop);
  const { createConnection } = require('mysql2/promise') as {
    createConnection(url: string): Promise<{ query(sql: string): Promise<[unknown]>; end(): Promise<void> }>;
  };
  const client = await createConnection(service.url);
  await client.query('create table parcel (id int primary key, state varchar(10))');
  await client.query("insert into parcel values (1, 'sent')");
  const [rows] = await client.query('select state from parcel where id = 1');
  await client.end();
  assert.deepEqual(JSON.parse(JSON.stringify(rows)), [{ state: 'sent' }]);
  await stopsListening(service);
});

test('RabbitMQ delivers a message of amqplib', { skip: missing('rabbitmq') }, async (t) => {
  const service = await startRabbitmq();
  t.after(service.stop);
  interface Channel {
    assertQueue(name: string): Promise<unknown>;
    sendToQueue(name: string, body: Buffer): boolean;
    consume(name: string, onMessage: (message: { content: Buffer }) => void, options: { noAck: boolean }): Promise<unknown>;
  }
  const { connect: connectAmqp } = require('amqplib') as {
    connect(url: string): Promise<{ createChannel(): Promise<Channel>; close(): Promise<void> }>;
  };
  const connection = await connectAmqp(service.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('parcels');
  const received = new Promise<string>((resolve) => {
    void channel.consume('parcels', (message) => resolve(message.content.toString()), { noAck: true });
  });
  channel.sendToQueue('parcels', Buffer.from('sent'));
  assert.equal(await received, 'sent');
  await connection.close();
  await stopsListening(service);
});

test('Kafka delivers a message of kafkajs', { skip: missing('kafka') }, async (t) => {
  const service = await startKafka();
  t.after(service.stop);
  interface Producer {
    connect(): Promise<void>;
    send(batch: { topic: string; messages: { value: string }[] }): Promise<unknown>;
    disconnect(): Promise<void>;
  }
  interface Consumer {
    connect(): Promise<void>;
    subscribe(what: { topics: string[]; fromBeginning: boolean }): Promise<void>;
    run(options: { eachMessage(payload: { message: { value: Buffer } }): Promise<void> }): Promise<void>;
    disconnect(): Promise<void>;
  }
  const { Kafka, logLevel } = require('kafkajs') as {
    Kafka: new (options: { brokers: string[]; logLevel: number }) => {
      producer(): Producer;
      consumer(options: { groupId: string }): Consumer;
    };
    logLevel: { NOTHING: number };
  };
  const kafka = new Kafka({ brokers: [service.url], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: 'parcels', messages: [{ value: 'sent' }] });
  const consumer = kafka.consumer({ groupId: 'depot' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['parcels'], fromBeginning: true });
  const received = new Promise<string>((resolve) => {
    void consumer.run({ eachMessage: async ({ message }) => resolve(message.value.toString()) });
  });
  assert.equal(await received, 'sent');
  await consumer.disconnect();
  await producer.disconnect();
  await stopsListening(service);
});

test('a service that is not installed is named with its cure, and is a failure where all are required', (t) => {
  const { XDG_CACHE_HOME, SIGNALBOX_TEST_SERVERS } = process.env;
  t.after(() => restore({ XDG_CACHE_HOME, SIGNALBOX_TEST_SERVERS }));
  process.env['XDG_CACHE_HOME'] = '/nonexistent';
  delete process.env['SIGNALBOX_TEST_SERVERS'];
  assert.match(String(missing('kafka')), /^kafka: .*build-servers\.mjs kafka/);
  assert.equal(missing(), false);
  process.env['SIGNALBOX_TEST_SERVERS'] = 'required';
  assert.throws(() => missing('kafka'), /^Error: SIGNALBOX_TEST_SERVERS=required, but kafka: /);
});

test('a killed test process takes its servers with it', { skip: missing('redis') }, async (t) => {
  const program = `
    import { startRedis } from ${JSON.stringify(new URL('./services.ts', import.meta.url).href)};
    const service = await startRedis();
    console.log(service.port);
    setInterval(() => {}, 60_000);`;
  // Nobody is left to remove its data; Redis, as another user, has to reach the folder.
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-killed-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  child.kill('SIGKILL');
  await once(child, 'close');
  await untilRefused(Number(port));
});

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Connects again and again, for the system ends a server in its own time; the runner's limit bounds it. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await once(socket, 'connect').then(
      () => false,
      () => true,
    );
    socket.destroy();
    if (refused) return;
  }
}

async function stopsListening(service: Service): Promise<void> {
  await service.stop();
  await service.stop();
  const socket = connect(service.port, service.host);
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
}
