import { ERROR_TYPE, NETWORK_IO_DIRECTION, TRANSFER_KIND } from '../attributes.ts';
import { LONG_SECONDS, type MetricRows } from './metric-row.ts';

/** `receive` is a download, `transmit` an upload. */
const TRANSFER = { [TRANSFER_KIND]: 'label', [NETWORK_IO_DIRECTION]: ['receive', 'transmit'] } as const;

export const TRANSFER_METRICS = {
  bytes: {
    name: 'transfer.io',
    type: 'counter',
    unit: 'By',
    description: 'Bytes that were transferred, counted while they are.',
    attributes: TRANSFER,
  },
  active: {
    name: 'transfer.active',
    type: 'updowncounter',
    unit: '{transfer}',
    description: 'Transfers under way.',
    attributes: TRANSFER,
  },
  duration: {
    name: 'transfer.duration',
    type: 'histogram',
    unit: 's',
    description: 'How long transfers took; those with `error.type` failed.',
    attributes: { ...TRANSFER, [ERROR_TYPE]: 'label' },
    buckets: LONG_SECONDS,
  },
  speed: {
    name: 'transfer.speed',
    type: 'histogram',
    unit: 'By/s',
    description: 'Bytes per second of each transfer that succeeded.',
    attributes: TRANSFER,
    buckets: [10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000],
  },
} as const satisfies MetricRows;
