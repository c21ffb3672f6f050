// node --import signalbox/register test/e2e/programs/metrics/packs.mjs
import * as metrics from 'signalbox/metrics';
import run from './packs.app.cjs';
run(metrics);
