/** `signalbox/logging`: structured logs that carry their trace, arrive, and never hurt the application. */
export { setGlobalLogContext, setLogContext, withLogContext, type LogFields } from '../../context/log-context.ts';
export { setLogLevel } from './levels.ts';
export { requestMiddleware, type RequestMiddlewareOptions } from './request-middleware.ts';
export { logPerformance } from './log-performance.ts';
export { getLogger } from './logger.ts';
export { flushLogs, reopenLogFiles } from './files-and-flush.ts';
export type { Logger } from 'winston';
