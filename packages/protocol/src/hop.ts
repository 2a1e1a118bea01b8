/** The way from a client through proxies to the server, as an operator sees it. */

/** Who told of a hop: the socket itself knows, a header is somebody's word. */
export const HOP_SOURCES = ['socket', 'x-forwarded-for', 'forwarded'] as const;
export type HopSource = (typeof HOP_SOURCES)[number];

/** What came of it. The last three do not count: for that reason. */
export const HOP_STANDINGS = [
  'trusted_proxy',
  'client',
  'told_by_untrusted',
  'not_an_address',
  'other_header_counts',
] as const;
type HopStanding = (typeof HOP_STANDINGS)[number];

export type Hop = {
  /** Null: what stands there is no address, and is not repeated. */
  readonly address: string | null;
  readonly source: HopSource;
  readonly standing: HopStanding;
};

const SOURCES = {
  socket: 'the peer',
  'x-forwarded-for': 'told by X-Forwarded-For',
  forwarded: 'told by Forwarded',
} as const satisfies Record<HopSource, string>;

const STANDINGS = {
  trusted_proxy: 'a trusted proxy',
  client: 'counts as the client',
  told_by_untrusted: 'ignored, who told it is not a trusted proxy',
  not_an_address: 'ignored, and all before it',
  other_header_counts: 'ignored, X-Forwarded-For counts',
} as const satisfies Record<HopStanding, string>;

/** For people. */
export const hopText = ({ address, source, standing }: Hop): string =>
  `${address ?? 'no address'}, ${SOURCES[source]}: ${STANDINGS[standing]}`;
