/** Limits for a crowd that comes from one address with one key at one moment, which nobody else's would. */
import type { Limits } from '@greenlight/server/limits';

const MANY = 1e6;

export const CROWD_LIMITS: Partial<Limits> = {
  attemptsPerMinute: MANY,
  attemptsPerMinutePerUser: MANY,
  attemptsPerMinutePerKey: MANY,
  lookupsPerMinute: MANY,
  handshakesPerSecond: MANY,
  connections: MANY,
  connectionsPerAddress: MANY,
  connectionsPerUser: MANY,
  connectionsPerKey: MANY,
  commandsPerSecondPerKey: MANY,
  commandsPerSecondPerUser: MANY,
  commandsPerSecondPerAddress: MANY,
  pendingTickets: MANY,
  outboxBytes: 16_777_216,
};
