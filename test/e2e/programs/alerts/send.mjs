// node --import signalbox/register send.mjs natural|exit|throw|SIGTERM|stay
import * as api from '@opentelemetry/api';
import * as alerts from 'signalbox/alerts';
import send from './send.app.cjs';

send(api, alerts);
