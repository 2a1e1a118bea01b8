/** How somebody gets in. `rest`: a request that is answered at once. */
export const TRANSPORTS = ['websocket', 'sse', 'long-poll', 'rest'] as const;
export type Transport = (typeof TRANSPORTS)[number];
