/** Every limit of the server, named, with its default. The configuration file may change each of them. */
export const DEFAULT_LIMITS = {
  /** Attempts from one address in a minute, on all transports together. */
  attemptsPerMinute: 1_200,
  /** Attempts of one user, and with one credential, to open a connection, from all addresses together. */
  attemptsPerMinutePerUser: 2_400,
  attemptsPerMinutePerKey: 2_400,
  /** Times that one address may ask in a minute what became of an attempt. */
  lookupsPerMinute: 1_200,
  /**
   * Handshakes of WebSockets and SSE that this node judges in a second, whoever they are from: after a restart everybody
   * comes back at once, and those who are in already must not wait for that.
   */
  handshakesPerSecond: 1_000,
  /**
   * Sockets that wait in the kernel until this node takes them; `net.core.somaxconn` may allow fewer. Those beyond are
   * dropped without a word, and try again after 1, 3, 7, 15… seconds.
   */
  acceptBacklog: 4_096,
  /** Open connections (WebSocket, SSE, long-poll) of this node. */
  connections: 20_000,
  connectionsPerAddress: 2_000,
  connectionsPerUser: 1_000,
  /** Opened with one API key, session or token, and with the tickets that it was traded for. */
  connectionsPerKey: 1_000,
  /** Sockets that opened without a credential and have not sent `auth` yet. */
  unauthenticatedConnections: 200,
  /** Sockets that are not through their TLS handshake, and the time that they have for it from their opening on, ms. */
  tlsHandshakes: 1_000,
  tlsHandshakeMs: 10_000,
  /** Sockets that have not sent a request yet; more than `acceptBacklog`, for those come all at once. */
  silentSockets: 8_192,
  /** Time until the headers of a request are there, from the opening of the socket on, and the whole request, ms. */
  headersMs: 15_000,
  requestMs: 60_000,
  /** Time that a client gets to take an answer, ms. */
  answerMs: 60_000,
  /** Time for the first `auth` frame, ms. */
  authDeadlineMs: 5_000,
  /** How long before its credential ends a connection is told; for a short one, half of what is left, ms. */
  expiryNoticeMs: 30_000,
  /** Bytes that an unauthenticated socket may send. */
  unauthenticatedBytes: 16_384,
  /** One WebSocket message or HTTP body from a client, bytes. */
  messageBytes: 1_048_576,
  /** Commands of one connection in a second, in bursts of as many. */
  commandsPerSecond: 200,
  /** Commands and HTTP requests of those who are in, over all their connections, in bursts of as many. */
  commandsPerSecondPerKey: 5_000,
  commandsPerSecondPerUser: 5_000,
  commandsPerSecondPerAddress: 20_000,
  /** Bytes of commands and bodies. */
  bytesPerSecondPerKey: 33_554_432,
  bytesPerSecondPerUser: 33_554_432,
  bytesPerSecondPerAddress: 134_217_728,
  channelsPerConnection: 1_000,
  /** Bytes waiting for one connection before it is a slow consumer. */
  outboxBytes: 1_048_576,
  /** Catching up pauses above this many waiting bytes. */
  catchUpBytes: 262_144,
  heartbeatMs: 10_000,
  /** Time that a peer gets to take the last bytes and answer the closing handshake, ms. */
  closeMs: 5_000,
  /** Longest `wait` of a long-poll, seconds. */
  pollWaitSeconds: 55,
  /** Events in one long-poll answer. */
  pollEvents: 1_000,
  /** Bytes of events in one long-poll answer, about. */
  pollBytes: 262_144,
  /** Events in one publish request. */
  publishEvents: 1_000,
  /** One-time tickets of one user that are not used yet. */
  pendingTickets: 5,
  ticketSeconds: 30,
  signInCodeMinutes: 10,
  /** Passwords that may be tried within `signInWindowMinutes`; a right one does not count. */
  signInsPerUserAndAddress: 10,
  signInsPerUser: 100,
  signInsPerAddress: 50,
  signInWindowMinutes: 5,
  sessionHours: 12,
  /** How long `GET /api/v1/handshakes/{attempt}` knows an attempt. */
  attemptMinutes: 10,
  attemptsKept: 20_000,
  /** The same of requests that were let in and could not be done; they displace no refusal. */
  failuresKept: 5_000,
  /** Time that clients get to leave on SIGTERM, ms. */
  drainMs: 5_000,
  /** From SIGTERM to the end of the process, whatever happens; what is not done then is left to the next start, ms. */
  stopMs: 15_000,
} as const satisfies Record<string, number>;

export type Limits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };
