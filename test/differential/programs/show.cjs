// What a program may notice of a value: its class, what it is an instance of, its own keys in their order, and its content.
const { EventEmitter } = require('node:events');
const { inspect } = require('node:util');
const classesOf = (value) => {
  const names = [];
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype))
    names.push(prototype.constructor?.name);
  return names.join('<');
};
exports.say = (what, ...values) =>
  console.log(what, ...values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 4, breakLength: Infinity }))));
exports.shape = (value) => {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
  return {
    classes: classesOf(value),
    keys: Reflect.ownKeys(value).map(String),
    frozen: Object.isFrozen(value),
    awaitable: typeof value.then,
  };
};
exports.listeners = (emitter) =>
  emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name), emitter.listeners(name).map((listener) => listener.name)]);
exports.failure = (error) => ({
  classes: classesOf(error),
  name: error.name,
  message: error.message,
  code: error.code,
  keys: Object.keys(error),
});
exports.isEmitter = (value) => value instanceof EventEmitter;
exports.deepFreeze = function deepFreeze(value) {
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
};
/** Whether it throws at once, or answers with a promise that settles. */
exports.outcome = async (make) => {
  let promise;
  try {
    promise = make();
  } catch (error) {
    return { throws: exports.failure(error) };
  }
  const native = promise instanceof Promise ? promise.constructor === Promise : typeof promise;
  try {
    return { native, resolves: await promise };
  } catch (error) {
    return { native, rejects: exports.failure(error) };
  }
};
