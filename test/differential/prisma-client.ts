/** Generates a client of Prisma beside the programs, without a download. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Place } from './kit.ts';
import { installLibraries } from './libraries.ts';

const SCHEMA = `
generator client {
  provider = "prisma-client-js"
  output   = "./prisma-client"
}
datasource db {
  provider = "postgresql"
}
model Order {
  id    Int    @id @default(autoincrement())
  name  String @unique
  lines Line[]
}
model Line {
  id      Int    @id @default(autoincrement())
  what    String
  order   Order  @relation(fields: [orderId], references: [id])
  orderId Int
}
`;

/** @param place - with the libraries; `require('./prisma-client')` of its programs gives the client. */
export async function generatePrismaClient({ folder }: Place): Promise<void> {
  const schema = join(folder, 'schema.prisma');
  writeFileSync(schema, SCHEMA);
  const cli = join(await installLibraries(), 'node_modules/prisma/build/index.js');
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', schema, '--no-hints'], {
    cwd: folder,
    // Nothing asks the engine that would be downloaded else: the schema is read by WebAssembly.
    env: { PATH: process.env['PATH'], HOME: folder, CHECKPOINT_DISABLE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  });
}
