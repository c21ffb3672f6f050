/** The clients of the ops port. There is a limit: a new one takes the place of one that asks nothing. */

export interface Client {
  /** An answer to it is being made. */
  readonly isAnswering: boolean;
  /** It has sent a whole request before. */
  readonly hasAsked: boolean;
  drop(): void;
}

export interface Clients {
  /** @returns whether there is room for one more, after one was dropped if need be. */
  makeRoom(): boolean;
  add(client: Client): void;
  delete(client: Client): void;
  dropAll(): void;
}

export function createClients(limit: number): Clients {
  /** The oldest first. */
  const clients = new Set<Client>();
  return {
    makeRoom() {
      if (clients.size < limit) return true;
      const idle = findIdlest(clients);
      if (idle === undefined) return false;
      clients.delete(idle);
      idle.drop();
      return true;
    },
    add: (client) => void clients.add(client),
    delete: (client) => void clients.delete(client),
    dropAll() {
      for (const client of clients) client.drop();
    },
  };
}

/** Who never sent a whole request waits for nothing; who did (Prometheus between two scrapes) can connect again. */
function findIdlest(clients: Iterable<Client>): Client | undefined {
  let idle: Client | undefined;
  for (const client of clients) {
    if (client.isAnswering) continue;
    if (!client.hasAsked) return client;
    idle ??= client;
  }
  return idle;
}
