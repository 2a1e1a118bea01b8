/** All checks, section by section, in the order of PROTOCOL.md. */
import type { Check } from './check.ts';
import { CREDENTIALS } from './checks/credentials.ts';
import { FRAMES } from './checks/frames.ts';
import { HANDSHAKES } from './checks/handshakes.ts';
import { LOG } from './checks/log.ts';
import { LONG_POLL } from './checks/long-poll.ts';
import { POSITIONS } from './checks/positions.ts';
import { REST } from './checks/rest.ts';
import { RUNS } from './checks/runs.ts';
import { SSE } from './checks/sse.ts';
import { VALIDATION } from './checks/validation.ts';

export type Section = { readonly letter: string; readonly name: string; readonly checks: readonly Check[] };

export const SECTIONS: readonly Section[] = [
  { letter: 'P', name: 'Positions and recovery', checks: POSITIONS },
  { letter: 'L', name: 'Log and durability', checks: LOG },
  { letter: 'H', name: 'Handshakes and refusals', checks: HANDSHAKES },
  { letter: 'C', name: 'Credentials', checks: CREDENTIALS },
  { letter: 'F', name: 'Frames and WebSocket', checks: FRAMES },
  { letter: 'S', name: 'Server-Sent Events', checks: SSE },
  { letter: 'W', name: 'Long-poll', checks: LONG_POLL },
  { letter: 'R', name: 'REST and errors', checks: REST },
  { letter: 'X', name: 'Runs and review', checks: RUNS },
  { letter: 'V', name: 'Validation', checks: VALIDATION },
];
