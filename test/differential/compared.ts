/** Libraries and the programs that use each of them widely: what `print-table.ts` compares and counts. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../e2e/kit/run-program.ts';
import {
  startKafka,
  startMariadb,
  startPostgres,
  startRabbitmq,
  startRedis,
  type Service,
  type ServiceName,
} from '../services/services.ts';
import { placeOf, type Place } from './kit.ts';
import { installLibraries } from './libraries.ts';

export interface ComparedLibrary {
  readonly name: string;
  /** Without its ending. */
  readonly program: string;
  /** Whose version is shown; default is `name`. */
  readonly package?: string;
  /** By name, what is installed in the project as another one. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly service?: ServiceName;
  readonly args?: readonly string[];
  /** Lines that the program prints at least. */
  readonly atLeast: number;
  /** Whether it has an ending with an error that nobody handles. */
  readonly throws?: false;
}

export const COMPARED_LIBRARIES: readonly ComparedLibrary[] = [
  { name: 'node:http', program: 'http-client', atLeast: 90 },
  { name: 'express', program: 'express', atLeast: 60 },
  { name: 'express 4', program: 'express', package: 'express4', aliases: { express: 'express4' }, atLeast: 60 },
  { name: 'fastify', program: 'fastify', atLeast: 80 },
  { name: 'koa', program: 'koa', atLeast: 50 },
  { name: '@hapi/hapi', program: 'hapi', atLeast: 80 },
  { name: '@nestjs/core', program: 'nestjs', atLeast: 50 },
  { name: 'restify', program: 'restify', atLeast: 60 },
  { name: 'pg', program: 'pg', service: 'postgres', atLeast: 80 },
  { name: 'mysql', program: 'mysql', service: 'mariadb', atLeast: 40 },
  { name: 'mongodb', program: 'mongodb', atLeast: 30 },
  { name: 'mongoose', program: 'mongoose', atLeast: 30 },
  { name: 'memcached', program: 'memcached', atLeast: 15 },
  { name: '@azure/core-rest-pipeline', program: 'azure', atLeast: 8 },
  { name: 'ai', program: 'ai', atLeast: 17 },
  { name: 'mysql2', program: 'mysql2', service: 'mariadb', atLeast: 80, throws: false },
  { name: 'ioredis', program: 'ioredis', service: 'redis', atLeast: 60, throws: false },
  { name: 'redis', program: 'redis', service: 'redis', atLeast: 30, throws: false },
  { name: 'bullmq', program: 'bullmq', service: 'redis', atLeast: 20 },
  { name: 'amqplib', program: 'amqplib', service: 'rabbitmq', atLeast: 25, throws: false },
  { name: 'kafkajs', program: 'kafkajs', service: 'kafka', atLeast: 12, throws: false },
  { name: '@grpc/grpc-js', program: 'grpc', args: ['generated'], atLeast: 60, throws: false },
];

const START: Readonly<Record<ServiceName, () => Promise<Service>>> = {
  postgres: () => startPostgres(),
  redis: () => startRedis(),
  mariadb: startMariadb,
  rabbitmq: startRabbitmq,
  kafka: startKafka,
};
export const startService = (name: ServiceName): Promise<Service> => START[name]();

/** The oldest release of each line of Node.js that is supported, or the newest. */
export const COMPARED_RELEASES = ['22.15.0', '24.21.0', '26.10.0'] as const;

/** Libraries of the project, else of `test/libraries`. */
export async function placeFor({ aliases }: ComparedLibrary): Promise<Place> {
  return placeOf([ROOT, await installLibraries()], aliases);
}

/** What Node.js brings has the version of the release. */
export async function versionOf({ name, package: from = name }: ComparedLibrary): Promise<string> {
  if (isBuiltin(from)) return '';
  for (const folder of [ROOT, await installLibraries()]) {
    try {
      return (JSON.parse(readFileSync(join(folder, 'node_modules', from, 'package.json'), 'utf8')) as { version: string }).version;
    } catch {
      // In the next one.
    }
  }
  throw new Error(`"${from}" must be installed.`);
}
