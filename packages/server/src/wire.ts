/** How a session's bytes leave: what sessions ask of a transport. After `end` or `destroy` nothing leaves any more. */
import type { DisconnectPush, ServerFrame } from '@greenlight/protocol/frames';
import type { FramedPublication } from './framed-publication.ts';
import type { FramedRun } from './framed-run.ts';

export interface Wire {
  publication(publication: FramedPublication): void;
  /** All of its publications, in one piece if they have room. */
  run(run: FramedRun): void;
  /** Wires that carry only events leave out the frames that are not for them. */
  frame(frame: ServerFrame): void;
  /** Once each heartbeat: asks the peer for a sign of life. False if it has owed one for two heartbeats. */
  checkPeer(): boolean;
  readonly queuedBytes: number;
  /** Milliseconds, as of the last heartbeat; null where it is not known. */
  readonly rttMs: number | null;
  /** Resolves when at most `limits.catchUpBytes` are queued, or nothing leaves any more. */
  whenLow(): Promise<void>;
  /** Says why, if it can, and closes. */
  end(disconnect: DisconnectPush): void;
  /** Closes without a word. */
  destroy(): void;
}
