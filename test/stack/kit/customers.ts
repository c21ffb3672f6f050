/** Traffic that goes on until it is disposed: whatever is answered, and whether anybody answers. */

export interface Customers extends Disposable {
  /** Ask the storefront for this path, too. */
  begin(path: string): void;
  end(path: string): void;
}

const EVERY_MS = 300;
const REQUEST_MS = 5000;

export function startCustomers({ deskUrl, url }: { readonly url: string; readonly deskUrl: string }): Customers {
  const paths = new Set(['/products', '/products/1', '/api/status']);
  let turn = 0;
  const stop = new AbortController();

  async function ask(address: string, init?: RequestInit): Promise<void> {
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(REQUEST_MS)]);
    await fetch(address, { ...init, signal }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  }

  /** As the messenger sends what somebody has written. */
  function write(text: string): Promise<void> {
    const entities = text.startsWith('/') ? [{ type: 'bot_command', offset: 0, length: text.split(' ')[0]?.length ?? 0 }] : [];
    return ask(`${deskUrl}/updates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: { text, entities, from: { id: 100 } } }),
    });
  }

  const timer = setInterval(() => {
    turn += 1;
    for (const path of paths) void ask(`${url}${path}`).catch(() => undefined);
    for (const text of ['/start', `which lamp is number ${turn}?`, '/subscribe small', '/letter Hauptstrasse'])
      void write(text).catch(() => undefined);
  }, EVERY_MS);
  return {
    begin: (path) => void paths.add(path),
    end: (path) => void paths.delete(path),
    [Symbol.dispose]() {
      clearInterval(timer);
      stop.abort();
    },
  };
}
