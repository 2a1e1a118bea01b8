/** Where the self-probe knocks: at the listener, or at the public URL and so at whatever stands in front. */
import type { ProbePlace } from '@greenlight/server/http/self-probe-report';

export type Place = {
  readonly name: ProbePlace;
  /** Without a trailing slash. */
  readonly url: string;
  /** The Host to name. */
  readonly host: string;
  /** Of pages that are served from there. */
  readonly origin: string;
  /** How long one call may take, ms. */
  readonly timeoutMs: number;
};

export type Call = {
  readonly place: Place;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: string;
};

/** The event to wait for, and how to have it published once the stream stands. */
export type Awaited = { readonly channel: string; readonly mark: string; readonly ring: () => Promise<void> };
