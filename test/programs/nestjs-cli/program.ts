import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerProgram } from '../kit/server-program.ts';
import { runTool } from '../kit/run-tool.ts';

/** The application that the CLI generates and builds, with one controller more: NestJS 12 on Express 5, ES modules. */
export const nestjs: ServerProgram = {
  name: '@nestjs/cli',
  preload: 'import',
  script: './app/dist/main.js',
  async prepare(place) {
    await runTool(place, '@nestjs/cli/bin/nest.js', [
      'new',
      'app',
      '--skip-install',
      '--skip-git',
      '--skip-tests',
      '--no-observe',
      '--package-manager',
      'npm',
    ]);
    const app = join(place.folder, 'app');
    copyFileSync(join(place.folder, 'tsconfig.programs.json'), join(app, 'tsconfig.programs.json'));
    copyFileSync(join(place.folder, 'lines.controller.ts'), join(app, 'src', 'lines.controller.ts'));
    const module = join(app, 'src', 'app.module.ts');
    const text = readFileSync(module, 'utf8');
    writeFileSync(
      module,
      `import { LinesController } from './lines.controller.js';\n${text.replace('controllers: [', 'controllers: [LinesController, ')}`,
    );
    await runTool({ ...place, folder: app }, '@nestjs/cli/bin/nest.js', ['build', '--path', 'tsconfig.programs.json']);
  },
  env: ({ port }) => ({ PORT: `${port}`, NO_COLOR: '1' }),
  ready: /successfully started/,
  varies: [/\d+\/\d+\/\d{4}, \d+:\d\d:\d\d [AP]M/],
  exchanges: [
    { path: '/', status: 200, route: '/', spans: 2 },
    { path: '/lines/main/signals/7', status: 200, route: '/lines/:line/signals/:number', spans: 2 },
    { path: '/lines/main/signals/10', status: 404, route: '/lines/:line/signals/:number', spans: 2 },
    { path: '/lines/main/signals/x', status: 400, route: '/lines/:line/signals/:number', spans: 2 },
    { method: 'POST', path: '/lines', status: 500, route: '/lines', spans: 2 },
    { path: '/missing', status: 404 },
  ],
};
