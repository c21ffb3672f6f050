/** Bots: messages, commands, handlers. */
import * as keys from '../../../names/attributes.ts';
import { BOT_METRICS } from '../../../names/metrics/bot.ts';
import { MESSAGING_METRICS } from '../../../names/metrics/queue.ts';
import { BOT_HANDLER, MESSAGING_SYSTEM } from '../../alerts/labels.ts';
import { differs, label } from '../../promql.ts';
import type { Dashboard } from '../dashboard.ts';
import { fromAlert, quantiles, rateOf } from '../panels.ts';

const COMMAND = label(keys.BOT_COMMAND);
const TYPE = label(keys.BOT_MESSAGE_TYPE);
const BY_A_HANDLER = differs(BOT_HANDLER, '');

export const BOT: Dashboard = {
  name: 'bot',
  title: 'Bot',
  description: 'What a bot is sent, which commands are used, how long handlers take and which fail.',
  rows: [
    {
      title: 'Messages',
      panels: [
        rateOf((query) => query.of(MESSAGING_METRICS.consumedMessages, [differs(TYPE, '')]), [MESSAGING_SYSTEM, TYPE], {
          title: 'Messages in a second',
          description: 'By kind of message.',
          width: 12,
        }),
        rateOf((query) => query.of(BOT_METRICS.commands), [COMMAND], {
          title: 'Commands in a second',
          description: '`_OTHER` is one that the bot does not know.',
          width: 12,
        }),
      ],
    },
    {
      title: 'Handlers',
      panels: [
        fromAlert('BotHandlerSlow', { title: 'Slowest twentieth (p95)', description: 'By handler.' }),
        fromAlert('BotErrorRate', { title: 'Part that fails', description: 'By handler.' }),
        rateOf((query) => query.count(MESSAGING_METRICS.processDuration, BY_A_HANDLER), [BOT_HANDLER], {
          title: 'Updates in a second',
          description: 'By handler.',
        }),
        quantiles(
          MESSAGING_METRICS.processDuration,
          [BOT_HANDLER],
          { title: 'Duration', description: 'A dot is an update: it opens its trace.', unit: 's', width: 24 },
          [BY_A_HANDLER],
        ),
      ],
    },
  ],
};
