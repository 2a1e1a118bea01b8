/** What can go wrong between a client and a gateway. Plain data, so that a schedule of faults can be printed and replayed. */

/** `up`: from the client to the server. `down`: from the server to the client. */
export type Way = 'up' | 'down';

/** May befall a connection at any time. */
export type Strike =
  /** Both sides get a FIN. */
  | { readonly kind: 'cut' }
  /** Both sides get a RST. */
  | { readonly kind: 'reset' }
  /** Nothing passes that way until it heals, and nothing is lost: the sender runs into full buffers. */
  | { readonly kind: 'stall'; readonly way: Way }
  /** One side is told nothing and its bytes vanish; the other side gets a RST. */
  | { readonly kind: 'half-open'; readonly survivor: 'client' | 'server' }
  /** Everything takes so long, each way. */
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly way: Way; readonly bytesPerSecond: number }
  /** The byte after so many more has its top bit flipped: no ASCII text survives that as UTF-8. */
  | { readonly kind: 'corrupt'; readonly way: Way; readonly after: number };

/** Those that only a new connection can meet as well. */
export type Fault =
  | Strike
  /** The request is answered by the proxy and never reaches the server. */
  | { readonly kind: 'answer-502' }
  /** `Upgrade` and `Connection` are taken from the request, as by a proxy that was not told of WebSockets. */
  | { readonly kind: 'strip-upgrade' }
  /** A WebSocket opens, and then carries nothing either way. */
  | { readonly kind: 'drop-after-101' }
  /** Event streams wait until so many bytes of them have gathered, as behind a proxy that buffers. */
  | { readonly kind: 'buffer-sse'; readonly bytes: number }
  /** The first WebSocket message or Server-Sent Event from the server that contains this text vanishes. */
  | { readonly kind: 'swallow'; readonly containing: string };
