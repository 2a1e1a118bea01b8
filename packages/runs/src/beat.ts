/** Coalesces: many nudges, few calls. */
export interface Beat {
  nudge(): void;
  stop(): void;
}

/**
 * Calls `work` in the next turn of the event loop after a nudge, and again for nudges that come meanwhile, with at
 * least `restMs` between the end of one call and the start of the next. `work` must not throw.
 */
export function createBeat(restMs: number, work: () => Promise<void>): Beat {
  let busy = false;
  let again = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const call = async (): Promise<void> => {
    await work();
    if (!stopped) timer = setTimeout(rested, restMs);
  };
  const rested = (): void => {
    busy = false;
    if (again) nudge();
  };
  function nudge(): void {
    again = busy;
    if (busy || stopped) return;
    busy = true;
    timer = setTimeout(() => void call(), 0);
  }
  return {
    nudge,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
