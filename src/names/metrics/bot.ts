import { BOT_COMMAND, MESSAGING_SYSTEM } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

/** Messages and handlers of bots are in the metrics of messaging, and their active users in those of users. */
export const BOT_METRICS = {
  commands: {
    name: 'bot.commands',
    type: 'counter',
    unit: '{command}',
    description: 'Commands that a bot was sent; one that it does not know is `_OTHER`.',
    attributes: { [MESSAGING_SYSTEM]: 'label', [BOT_COMMAND]: 'label' },
  },
} as const satisfies MetricRows;
