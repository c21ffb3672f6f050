// node --import signalbox/register test/e2e/programs/frameworks/nest.mjs
import 'reflect-metadata';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import createApp from './nest.app.cjs';
import serve from './serve.cjs';
serve((await createApp(common, core)).getHttpServer());
