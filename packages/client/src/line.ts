/** One connection, whatever carries it: commands out, each reply to its command, and what else comes in. */
import type { Decoded } from '@greenlight/protocol/decode';
import type { Push, Reply } from '@greenlight/protocol/frames';
import type { OutgoingCommand, Target, Transport } from './transport.ts';

export type Answered = (reply: Reply | null) => void;

export type LineListener = {
  opened(line: Line): void;
  push(line: Line, push: Push): void;
  /** A frame that nobody can read. */
  strange(line: Line, error: Extract<Decoded<never>, { ok: false }>): void;
  ended(line: Line, code: number, reason: string): void;
};

export interface Line {
  readonly transport: Transport['name'];
  /**
   * `answered` is called before the next frame is looked at, because what follows a reply may depend on it; with null
   * if the line was closed first.
   */
  command(command: OutgoingCommand, answered: Answered): void;
  /** Closes once everything that was sent is answered. */
  retire(): void;
  close(): void;
}

export function openLine(transport: Transport, target: Target, listener: LineListener): Line {
  const pending = new Map<number, Answered>();
  let nextId = 1;
  let isRetired = false;

  const line: Line = {
    transport: transport.name,
    command(command, answered) {
      const id = nextId;
      nextId += 1;
      pending.set(id, answered);
      connection.send({ id, ...command });
    },
    retire() {
      isRetired = true;
      if (pending.size === 0) line.close();
    },
    close() {
      connection.close();
      const unanswered = [...pending.values()];
      pending.clear();
      for (const answered of unanswered) answered(null);
    },
  };

  const connection = transport.open(target, {
    opened: () => listener.opened(line),
    frame(decoded) {
      if (!decoded.ok) return listener.strange(line, decoded);
      const frame = decoded.value;
      if (frame.type !== 'ok' && frame.type !== 'error') return listener.push(line, frame);
      const answered = pending.get(frame.id ?? -1);
      pending.delete(frame.id ?? -1);
      answered?.(frame);
      if (isRetired) line.retire();
    },
    ended(code, reason) {
      line.close();
      listener.ended(line, code, reason);
    },
  });
  return line;
}
