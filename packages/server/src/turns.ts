/**
 * Spreads work that many want at the same time over ticks: after a cut, thousands of sessions catch up at once, and
 * nobody else must wait for all of them.
 */
export type Turn = () => Promise<void>;

/** Gives a function that resolves at most `perTick` times in each turn of the event loop, in the order of the calls. */
export function createTurns(perTick: number): Turn {
  let waiting: (() => void)[] = [];
  let left = perTick;
  let ticking = false;

  function tick(): void {
    const idle = left === perTick;
    const now = waiting.slice(0, perTick);
    waiting = waiting.slice(perTick);
    left = perTick - now.length;
    ticking = !idle || now.length > 0;
    if (ticking) setImmediate(tick);
    for (const go of now) go();
  }

  return () => {
    if (!ticking) setImmediate(tick);
    ticking = true;
    if (left === 0) return new Promise((resolve) => waiting.push(resolve));
    left -= 1;
    return Promise.resolve();
  };
}
