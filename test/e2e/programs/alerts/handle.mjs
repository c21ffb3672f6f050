// SIGNALBOX_ON_ALERT_TOKEN=… SIGNALBOX_OPS_PORT=0 node --import signalbox/register handle.mjs
import * as api from '@opentelemetry/api';
import * as alerts from 'signalbox/alerts';
import handle from './handle.app.cjs';

handle(api, alerts);
