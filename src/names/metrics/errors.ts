import { ERROR_MODULE, ERROR_TYPE } from '../attributes.ts';
import type { MetricRows } from './metric-row.ts';

export const ERROR_METRICS = {
  errors: {
    name: 'errors',
    type: 'counter',
    unit: '{error}',
    description: 'Errors, by type and by the module that met them.',
    attributes: { [ERROR_TYPE]: 'label', [ERROR_MODULE]: 'label' },
  },
} as const satisfies MetricRows;
