/**
 * Beats every session once each `everyMs` with heads that were just read from the log. Sessions are spread over a few
 * slots, so that ten thousand of them do not hold up the event loop at one moment; each slot reads each head once.
 */
import type { Log } from '@greenlight/log/log';
import type { Position } from '@greenlight/protocol/position';

export type Heads = ReadonlyMap<string, Position>;

export type Beating = {
  channels(): Iterable<string>;
  /** Null when the log could not be read: the peer is still looked after, but nobody is told that all is well. */
  beat(heads: Heads | null): void;
};

export interface Heartbeat {
  add(beating: Beating): void;
  remove(beating: Beating): void;
  close(): void;
}

const SLOTS = 8;

export type HeartbeatOptions = {
  readonly everyMs: number;
  /** Called when heads were read and are about to be compared: what was heard by now is not missing. */
  readonly beforeBeat: () => void;
};

export function createHeartbeat(
  log: Pick<Log, 'heads'>,
  { everyMs, beforeBeat }: HeartbeatOptions,
): Heartbeat {
  const slots = Array.from({ length: SLOTS }, () => new Set<Beating>());
  const slotOf = new Map<Beating, Set<Beating>>();
  let turn = 0;
  let added = 0;

  async function beat(slot: ReadonlySet<Beating>): Promise<void> {
    if (slot.size === 0) return;
    const channels = new Set<string>();
    for (const beating of slot) for (const channel of beating.channels()) channels.add(channel);
    const heads = channels.size === 0 ? new Map() : await log.heads([...channels]).catch(() => null);
    beforeBeat();
    for (const beating of slot) beating.beat(heads);
  }

  const timer = setInterval(() => {
    turn = (turn + 1) % SLOTS;
    void beat(slots[turn] as Set<Beating>);
  }, everyMs / SLOTS);
  timer.unref();

  return {
    add(beating) {
      const slot = slots[added++ % SLOTS] as Set<Beating>;
      slot.add(beating);
      slotOf.set(beating, slot);
    },
    remove(beating) {
      slotOf.get(beating)?.delete(beating);
      slotOf.delete(beating);
    },
    close() {
      clearInterval(timer);
    },
  };
}
