import { subscribe } from 'node:diagnostics_channel';

/** Call `onMessage` for what is published on `channel`. What it throws would end the process: it stays here, and what it was for is missing. */
export function listen<Message>(channel: string, onMessage: (message: Message) => void): void {
  subscribe(channel, (message) => {
    try {
      onMessage(message as Message);
    } catch {
      // The application goes on as if nobody had listened.
    }
  });
}
