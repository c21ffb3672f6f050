/**
 * Finds `@sentry/node` as the application would, and loads what it is made of: `@sentry/core`, a quarter of it. The rest are instrumentations,
 * which OpenTelemetry has. Both share all state, so functions of `@sentry/node` that the application calls work.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { errorText } from '../../diagnostics/error-text.ts';
import type { Reporter } from '../../diagnostics/reporter.ts';
import { attempt } from '../../runtime/contain.ts';
import type { SentryCore } from './sentry-module.ts';

const PEER = '@sentry/node';
const OLDEST = 10;
const NEWEST = 11;

/** Takes about a hundred milliseconds. `undefined` where it is not there or cannot be used, which is said. */
export function loadSentry(reporter: Reporter): SentryCore | undefined {
  const path = findPeer();
  if (path === undefined) {
    reporter.say(
      'sentry.not-installed',
      `SENTRY_DSN is set, but ${PEER} is not installed in the application: no error is sent to Sentry. Run "npm install ${PEER}@${NEWEST}".`,
    );
    return undefined;
  }
  try {
    const require = createRequire(path);
    // What only servers need stands by itself in later releases.
    const core = { ...(require('@sentry/core') as object), ...attempt(() => require('@sentry/core/server') as object) } as SentryCore;
    const major = Number.parseInt(core.SDK_VERSION, 10);
    if (major >= OLDEST && major <= NEWEST) return core;
    reporter.say(
      'sentry.not-started',
      `${PEER} must be of version ${OLDEST} or ${NEWEST}, got ${core.SDK_VERSION}. No error is sent to Sentry. Run "npm install ${PEER}@${NEWEST}".`,
    );
  } catch (error) {
    reporter.say('sentry.not-started', `${PEER} could not be loaded: ${errorText(error)}. No error is sent to Sentry.`);
  }
  return undefined;
}

/** From the script that runs, then from the working folder. */
function findPeer(): string | undefined {
  const script = process.argv[1];
  const folder = attempt(() => process.cwd());
  const places = [...(script === undefined ? [] : [script]), ...(folder === undefined ? [] : [join(folder, 'signalbox.js')])];
  for (const place of places) {
    const found = attempt(() => createRequire(place).resolve(PEER));
    if (found !== undefined) return found;
  }
  return undefined;
}
