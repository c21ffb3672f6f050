// node --import signalbox/register test/differential/programs/hono.mjs
import { Hono } from 'hono';
import run from './hono.app.cjs';

void run(Hono);
