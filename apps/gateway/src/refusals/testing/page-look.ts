/** Runs inside the page, with nothing but what every page has. What it gives is all that its script can know. */

export type Look = {
  readonly url: string;
  readonly how: 'websocket' | 'fetch' | 'event-source';
  readonly protocols: readonly string[];
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Cookies of the server go along. */
  readonly cookies: boolean;
};

export type Looked = {
  /** The name of the error that `fetch` threw. */
  readonly error?: string;
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly frames?: readonly string[];
  readonly close?: { readonly code: number; readonly reason: string };
  readonly readyState?: number;
};

export function look({ url, how, protocols, method, headers, cookies }: Look): Promise<Looked> {
  if (how === 'websocket')
    return new Promise((resolve) => {
      const frames: string[] = [];
      const socket = new WebSocket(url, [...protocols]);
      socket.addEventListener('message', ({ data }) => frames.push(String(data)));
      socket.addEventListener('close', ({ code, reason }) => resolve({ frames, close: { code, reason } }));
    });
  if (how === 'event-source')
    return new Promise((resolve) => {
      const source = new EventSource(url, { withCredentials: true });
      source.addEventListener('error', () => {
        const { readyState } = source;
        source.close();
        resolve({ readyState });
      });
    });
  return fetch(url, { method, headers, credentials: cookies ? 'include' : 'omit' }).then(
    async (response) => ({
      status: response.status,
      headers: [...response.headers],
      body: await response.text(),
    }),
    (error: unknown) => ({ error: error instanceof Error ? error.name : String(error) }),
  );
}
