import type { AlertSettingsByName, OperationsSettings } from '../settings.ts';

/** The table has those of `web`. */
export const PRESETS: Readonly<Record<NonNullable<OperationsSettings['preset']>, AlertSettingsByName>> = {
  web: {},
  // An agent calls models, which are slower and fail more often than a web page may.
  agent: {
    HighErrorRate: { critical: 0.05 },
    HighLatency: { critical: 2, warning: null },
    QueueDepthHigh: { critical: 10_000, warning: null },
  },
  // A bot that downloads: memory is what it runs out of.
  downloads: {
    MemoryHigh: { critical: 0.85, warning: null },
    DownloadSlow: { warning: 1_000_000 },
    ServiceDown: { for: '2m' },
  },
};
