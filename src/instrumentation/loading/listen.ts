import { subscribe } from 'node:diagnostics_channel';
import { contained } from '../../runtime/contain.ts';

/** Call `onMessage` for what is published on `channel`. What it throws would end the process: it is contained, and what it was for is missing. */
export function listen<Message>(channel: string, onMessage: (message: Message) => void): void {
  subscribe(channel, (message) => {
    try {
      onMessage(message as Message);
    } catch (error) {
      contained(`listening on ${channel}`, error);
    }
  });
}
