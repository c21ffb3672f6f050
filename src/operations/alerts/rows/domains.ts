/** Downloads, bots, users: what else an application does for people. */
import { MESSAGING_METRICS } from '../../../names/metrics/queue.ts';
import { BOT_METRICS } from '../../../names/metrics/bot.ts';
import { TRANSFER_METRICS } from '../../../names/metrics/transfer.ts';
import { USER_METRICS } from '../../../names/metrics/users.ts';
import { differs, equals } from '../../promql.ts';
import type { AlertGroup, Setting } from '../alert-row.ts';
import { BOT_HANDLER, DIRECTION, ERROR_TYPE, LOGIN_METHOD, MESSAGING_SYSTEM, OUTCOME, TRANSFER_KIND } from '../labels.ts';
import type { Query } from '../query.ts';

const TRANSFERS = '`transferMetrics()`';
const DOWNLOAD = equals(DIRECTION, 'receive');
const FAILED = differs(ERROR_TYPE, '');
const UPDATES = MESSAGING_METRICS.processDuration;
const HANDLED = differs(BOT_HANDLER, '');
const BOT_LABELS = [MESSAGING_SYSTEM, BOT_HANDLER];
const least = (name: string, value: number, what: string): Record<string, Setting> => ({
  [name]: { value, meaning: `with fewer ${what} in the window it is silent` },
});

const active: readonly [string, (query: Query) => string] = [
  'How many are under way',
  (query) => query.sum([TRANSFER_KIND], query.of(TRANSFER_METRICS.active, [DOWNLOAD])),
];
const bytes: readonly [string, (query: Query) => string] = [
  'Bytes a second, of all together',
  (query) => query.sum([TRANSFER_KIND], query.rate(query.of(TRANSFER_METRICS.bytes, [DOWNLOAD]))),
];
const transferErrors: readonly [string, (query: Query) => string] = [
  'Which errors',
  (query) => query.sum([TRANSFER_KIND, ERROR_TYPE], query.rate(query.count(TRANSFER_METRICS.duration, DOWNLOAD, FAILED))),
];
const logins: readonly [string, (query: Query) => string] = [
  'Logins, by outcome',
  (query) => query.sum([LOGIN_METHOD, OUTCOME], query.rate(query.of(USER_METRICS.logins))),
];
const registrations: readonly [string, (query: Query) => string] = [
  'Registrations, by source',
  (query) => query.sum(['user_registration_source'], query.increase(query.of(USER_METRICS.registrations), 3600)),
];
const activeUsers: readonly [string, (query: Query) => string] = [
  'Active users',
  (query) => query.max(['user_window'], query.of(USER_METRICS.active)),
];

export const TRANSFER_ALERTS: AlertGroup['alerts'] = [
  {
    name: 'DownloadFailureRate',
    needs: TRANSFERS,
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.5, warning: 0.1 },
    for: 300,
    keepFiringFor: 300,
    settings: least('minTransfers', 10, 'downloads'),
    labels: [TRANSFER_KIND],
    measure: (query) =>
      query.share(
        [TRANSFER_KIND],
        query.count(TRANSFER_METRICS.duration, DOWNLOAD, FAILED),
        query.count(TRANSFER_METRICS.duration, DOWNLOAD),
      ),
    guard: (query) =>
      `${query.sum([TRANSFER_KIND], query.increase(query.count(TRANSFER_METRICS.duration, DOWNLOAD)))} >= ${query.setting('minTransfers')}`,
    summary: '{service}: {value} of the downloads of {transfer_kind} fail',
    description: '{value} of the downloads of {transfer_kind} that {service} ended in the last {window} failed; the limit is {threshold}.',
    dashboard: 'queues',
    traces: 'failed',
    runbook: {
      means: 'Downloads fail: the source refuses or limits, changed how it must be asked, or the disk is full.',
      look: [transferErrors, bytes, active],
      mitigate: [
        '403 or 429: the source limits this address; fewer at once, or another one.',
        'A tool that reads pages of others: update it.',
        '`ENOSPC`: free the disk.',
      ],
    },
  },
  {
    name: 'DownloadSlow',
    needs: TRANSFERS,
    scope: 'service',
    unit: 'bytes-per-second',
    fires: 'below',
    thresholds: { warning: 1_000_000 },
    for: 600,
    keepFiringFor: 300,
    settings: least('minTransfers', 5, 'downloads'),
    labels: [TRANSFER_KIND],
    measure: (query) => query.quantile(0.5, [TRANSFER_KIND], TRANSFER_METRICS.speed, DOWNLOAD),
    guard: (query) =>
      `${query.sum([TRANSFER_KIND], query.increase(query.count(TRANSFER_METRICS.speed, DOWNLOAD)))} >= ${query.setting('minTransfers')}`,
    summary: '{service}: downloads of {transfer_kind} run at {value}',
    description: 'Half of the downloads of {transfer_kind} of {service} run at {value} or slower; the limit is {threshold}.',
    dashboard: 'queues',
    traces: 'slow',
    runbook: {
      means: 'Downloads are slow: the source throttles, the network is full, or too many run at once.',
      look: [bytes, active, ['The slowest tenth', (query) => query.quantile(0.1, [TRANSFER_KIND], TRANSFER_METRICS.speed, DOWNLOAD)]],
      mitigate: [
        'Bytes of all together as ever, more under way: run fewer at once.',
        'Less of all together: source or network.',
        'Small files are slow by nature: set a limit for that service.',
      ],
    },
  },
  {
    name: 'DownloadsStuck',
    needs: TRANSFERS,
    scope: 'service',
    unit: 'number',
    thresholds: { warning: 0 },
    for: 600,
    keepFiringFor: 300,
    labels: [TRANSFER_KIND],
    measure: (query) =>
      `${query.sum([TRANSFER_KIND], query.of(TRANSFER_METRICS.active, [DOWNLOAD]))}\nunless\n(${query.sum([TRANSFER_KIND], query.rate(query.of(TRANSFER_METRICS.bytes, [DOWNLOAD])))} > 0)`,
    summary: '{service}: {value} downloads of {transfer_kind} stand still',
    description: '{value} downloads of {transfer_kind} of {service} are under way, and not a byte has come for ten minutes.',
    dashboard: 'queues',
    runbook: {
      means: 'Downloads are open and nothing comes: connections without a time-out to something that is away.',
      look: [active, bytes, transferErrors],
      mitigate: ['Restart the workers.', 'Give them a time-out for silence, not only one for the whole.'],
    },
  },
];

export const BOT_ALERTS: AlertGroup['alerts'] = [
  {
    name: 'BotErrorRate',
    needs: '`botMetrics()`, grammY or Telegraf',
    scope: 'service',
    unit: 'ratio',
    thresholds: { critical: 0.5, warning: 0.05 },
    for: 300,
    keepFiringFor: 300,
    settings: least('minUpdates', 10, 'updates'),
    labels: BOT_LABELS,
    measure: (query) => query.share(BOT_LABELS, query.count(UPDATES, HANDLED, FAILED), query.count(UPDATES, HANDLED)),
    guard: (query) => `${query.sum(BOT_LABELS, query.increase(query.count(UPDATES, HANDLED)))} >= ${query.setting('minUpdates')}`,
    summary: '{service}: {value} of what {bot_handler} handles fails',
    description:
      'The handler {bot_handler} of the bot {service} failed for {value} of the updates of the last {window}; the limit is {threshold}. Users get no answer.',
    dashboard: 'bot',
    traces: 'failed',
    runbook: {
      means: 'A handler of the bot throws. Users press a button and nothing happens.',
      look: [
        ['Which errors', (query) => query.sum([BOT_HANDLER, ERROR_TYPE], query.rate(query.count(UPDATES, HANDLED, FAILED)))],
        ['What is asked of it', (query) => query.sum(['bot_command'], query.rate(query.of(BOT_METRICS.commands)))],
        ['How long handlers take', (query) => query.quantile(0.95, [BOT_HANDLER], UPDATES, HANDLED)],
      ],
      mitigate: [
        '`GrammyError` 429: too many messages, send them with pauses. 403: blocked by the user, no fault.',
        'Roll back the last release.',
        'Open a failed trace of the handler.',
      ],
    },
  },
  {
    name: 'BotHandlerSlow',
    needs: '`botMetrics()`, grammY or Telegraf',
    scope: 'service',
    unit: 'seconds',
    thresholds: { warning: 2 },
    for: 600,
    keepFiringFor: 300,
    settings: least('minUpdates', 10, 'updates'),
    labels: BOT_LABELS,
    measure: (query) => query.quantile(0.95, BOT_LABELS, UPDATES, HANDLED),
    guard: (query) => `${query.sum(BOT_LABELS, query.increase(query.count(UPDATES, HANDLED)))} >= ${query.setting('minUpdates')}`,
    summary: '{service}: {bot_handler} takes {value}',
    description: 'The 95th percentile of the time that {bot_handler} of the bot {service} takes is {value}; the limit is {threshold}.',
    dashboard: 'bot',
    traces: 'slow',
    runbook: {
      means: 'The bot answers slowly. Where updates are handled one after another, one slow handler makes all users wait.',
      look: [
        ['Which handlers', (query) => query.quantile(0.95, [BOT_HANDLER], UPDATES, HANDLED)],
        ['How many updates come', (query) => query.sum([MESSAGING_SYSTEM], query.rate(query.of(MESSAGING_METRICS.consumedMessages)))],
        ['Which fail', (query) => query.sum([BOT_HANDLER, ERROR_TYPE], query.rate(query.count(UPDATES, HANDLED, FAILED)))],
      ],
      mitigate: [
        'Answer at once, work in a queue.',
        'Handle updates of different chats at the same time (grammY: runner).',
        'Open a slow trace of the handler.',
      ],
    },
  },
];

export const USER_ALERTS: AlertGroup['alerts'] = [
  {
    name: 'LoginFailureRate',
    needs: '`userMetrics()`',
    scope: 'service',
    unit: 'ratio',
    thresholds: { warning: 0.5 },
    for: 600,
    keepFiringFor: 600,
    settings: least('minLogins', 20, 'logins'),
    labels: [LOGIN_METHOD],
    measure: (query) =>
      query.share([LOGIN_METHOD], query.of(USER_METRICS.logins, [equals(OUTCOME, 'failure')]), query.of(USER_METRICS.logins)),
    guard: (query) => `${query.sum([LOGIN_METHOD], query.increase(query.of(USER_METRICS.logins)))} >= ${query.setting('minLogins')}`,
    summary: '{service}: {value} of the logins by {user_login_method} fail',
    description:
      '{value} of the logins by {user_login_method} to {service} failed in the last {window}; the limit is {threshold}. Somebody tries passwords, or the provider of the identity is away.',
    dashboard: 'users',
    runbook: {
      means: 'Most logins fail. Many more than usual: somebody tries passwords. As many as usual: login itself is broken.',
      look: [logins, activeUsers, registrations],
      mitigate: [
        'An attack: limit attempts by address and by account.',
        'Broken: the provider of the identity, its certificate, the clock.',
      ],
    },
  },
  {
    name: 'NewUsers',
    needs: '`userMetrics()`',
    scope: 'service',
    unit: 'number',
    thresholds: { info: 10 },
    for: 0,
    keepFiringFor: 900,
    labels: [],
    measure: (query) => query.sum([], query.grown(query.of(USER_METRICS.registrations), 3600)),
    summary: '{service}: {value} new users in the last hour',
    description: '{value} users registered at {service} in the last hour; told from {threshold} on.',
    dashboard: 'users',
    runbook: {
      means: 'Good news, mostly: users register. If it is far more than ever, they may be no people.',
      look: [registrations, activeUsers, logins],
      mitigate: ['No people: a captcha, and a confirmed address.', 'Not of interest: `alerts: { NewUsers: false }`.'],
    },
  },
];
