/**
 * Commands of mysql2 in the context of their caller.
 *
 * mysql2 looks a method up right before it calls it: there the context is entered, and no frame of ours stands in the stack traces of
 * callbacks, listeners and crashes. Only a callback that gets an error is called by a function of ours.
 */
import { errorMonitor } from 'node:events';
import type { Context } from '@opentelemetry/api';
import { enter } from '../../context/context-manager.ts';
import { contain, contained } from '../../runtime/contain.ts';
import type { Command, Operation } from './mysql-operation.ts';

interface Followed {
  readonly context: Context;
  readonly onLookup: (name: 'emit' | 'done') => void;
}

const followed = new WeakMap<Command, Followed>();

/** Commands of this class enter their context when the method `name` is looked up. */
export function enterWhenLookedUp(prototype: Command, name: 'emit' | 'done'): void {
  const own = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
  const parent = Object.getPrototypeOf(prototype) as Command;
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: name === 'emit',
    get(this: Command) {
      const entry = followed.get(this);
      if (entry !== undefined) {
        enter(entry.context);
        try {
          entry.onLookup(name);
        } catch (error) {
          contained('following a command of mysql2', error);
        }
      }
      return own ?? parent[name];
    },
    set(this: Command, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}

/** What `command` calls and emits is called and heard in `context`, and `operation` ends when it does. */
export function followOperation(command: Command, context: Context, operation: Operation | undefined): void {
  const { onResult } = command;
  if (typeof onResult === 'function') followCallback(command, context, (error) => operation?.end(error));
  followed.set(command, {
    context,
    onLookup(name) {
      if (name === 'done') return;
      if (!command.next) {
        // `end` is about to be emitted, and the callback waits for the next tick, which is in the context already.
        if (typeof onResult === 'function') command.onResult = onResult;
        operation?.end();
      } else if (typeof onResult !== 'function' && operation !== undefined) watchErrors(command, operation);
    },
  });
}

/** @param onCalled - gets the error, if there is one. */
export function followCallback(command: Command, context: Context, onCalled: (error: unknown) => void): void {
  const { onResult } = command;
  if (typeof onResult !== 'function') return;
  command.onResult = function (...args) {
    command.onResult = onResult;
    contain('recording a result of mysql2', () => onCalled(args[0]));
    enter(context);
    return Reflect.apply(onResult, this, args);
  };
}

const monitors = new WeakMap<Operation, object>();

/**
 * The error that is emitted next, heard whether anybody listens or not. It is not among the listeners, which people count: emitters
 * look for it in an object that has no prototype, and get it from there.
 */
function watchErrors(command: Command, operation: Operation): void {
  const events = command._events;
  const known = monitors.get(operation);
  if (events === undefined || known === events || (known !== undefined && Object.getPrototypeOf(events) === known)) return;
  const onError = (error: unknown): void => void contain('recording an error of mysql2', () => operation.end(error));
  if (Object.hasOwn(events, errorMonitor)) {
    // Another tool listens there already.
    command.prependListener(errorMonitor, onError);
    monitors.set(operation, events);
    return;
  }
  const monitor = known ?? (Object.create(null, { [errorMonitor]: { value: onError } }) as object);
  monitors.set(operation, monitor);
  Object.setPrototypeOf(events, monitor);
}
