// node --require ./test/e2e/programs/count-modules.cjs --require signalbox/register program.cjs
// Tells at the end which files were loaded, and what the process looks like to a program that inspects it.
const { registerHooks } = require('node:module');

const before = { ...process.env };
const files = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(url.slice(url.lastIndexOf('/') + 1));
    return next(url, context);
  },
});
process.on('exit', () => {
  const changed = Object.keys({ ...before, ...process.env }).filter((name) => before[name] !== process.env[name]);
  console.log(
    JSON.stringify({
      files,
      builtins: process.moduleLoadList.filter((name) => name.startsWith('NativeModule ') && !name.includes('internal/')).length,
      listeners: process
        .eventNames()
        .map((name) => [String(name), process.listenerCount(name)])
        .sort(),
      ownEmit: Object.hasOwn(process, 'emit'),
      changed,
    }),
  );
});
