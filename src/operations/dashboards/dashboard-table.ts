/** Every dashboard of `grafana/dashboards/`, each once. */
import { AI } from './boards/ai.ts';
import { BOT } from './boards/bot.ts';
import { DATABASES } from './boards/databases.ts';
import { OBJECTIVES } from './boards/objectives.ts';
import { OVERVIEW } from './boards/overview.ts';
import { PAYMENTS } from './boards/payments.ts';
import { QUEUES } from './boards/queues.ts';
import { RUNTIME_BOARD } from './boards/runtime.ts';
import { SERVICE } from './boards/service.ts';
import { TELEMETRY } from './boards/telemetry.ts';
import { USERS } from './boards/users.ts';
import type { Dashboard } from './dashboard.ts';

export const DASHBOARDS: readonly Dashboard[] = [
  OVERVIEW,
  SERVICE,
  RUNTIME_BOARD,
  DATABASES,
  QUEUES,
  AI,
  PAYMENTS,
  BOT,
  USERS,
  OBJECTIVES,
  TELEMETRY,
];
