/**
 * Preloaded before everything else in the counting run: counts each file that is loaded as a module, whichever way it is
 * asked for. What Node.js has built in does not count.
 */
'use strict';
const { registerHooks } = require('node:module');

const formats = new Map();
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (url.startsWith('file:')) formats.set(url.replace(/[?#].*$/, ''), loaded.format ?? context.format);
    return loaded;
  },
});

globalThis.benchModules = () => {
  const files = [...formats.keys()];
  const esModules = [...formats.values()].filter((format) => format?.startsWith('module')).length;
  return { commonjs: files.length - esModules, esModules, requireCache: Object.keys(require.cache).length, files };
};
