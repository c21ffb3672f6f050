import { OUTCOME, USER_LOGIN_METHOD, USER_REGISTRATION_SOURCE, USER_WINDOW } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

export const USER_METRICS = {
  active: {
    name: 'user.active',
    type: 'gauge',
    unit: '{user}',
    description: 'Different users of this process in the last while: an estimate, mostly within 2 %, that holds no ids.',
    attributes: { [USER_WINDOW]: ['5m', '1h', '24h'] },
    isObserved: true,
  },
  registrations: {
    name: 'user.registrations',
    type: 'counter',
    unit: '{user}',
    description: 'Users who registered.',
    attributes: { [USER_REGISTRATION_SOURCE]: 'label' },
  },
  logins: {
    name: 'user.logins',
    type: 'counter',
    unit: '{login}',
    description: 'Logins, also those that failed.',
    attributes: { [USER_LOGIN_METHOD]: 'label', [OUTCOME]: ['success', 'failure'] },
  },
} as const satisfies MetricRows;
