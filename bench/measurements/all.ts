/** Every measurement, in the order of the page. */
import type { Measurement } from '../measurement.ts';
import { channels } from './channels.ts';
import { disk } from './disk.ts';
import { documents } from './documents.ts';
import { fanOut, fanOutFar } from './fan-out.ts';
import { handshakes } from './handshakes.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { otherTransports } from './other-transports.ts';
import { ownCost } from './own-cost.ts';
import { profile } from './profile.ts';
import { resume } from './resume.ts';
import { start } from './start.ts';
import { straightLine } from './straight-line.ts';

export const MEASUREMENTS: readonly Measurement[] = [
  fanOut,
  fanOutFar,
  ownCost,
  straightLine,
  latency,
  channels,
  otherTransports,
  handshakes,
  memory,
  resume,
  disk,
  ingest,
  start,
  documents,
  profile,
];
