/**
 * Which transport to use, by what works: pure. What stands in the way of a better one is kept, and it is tried again
 * beside the one in use, later each time. PROTOCOL.md, K34 to K37.
 */
import type { Choice, Environment } from './machine.ts';
import type { Refusal } from './refusal.ts';
import type { TransportName } from './transport.ts';

const MOST_DOUBTS = 2;

const isFree = ({ obstacles }: Choice, name: TransportName): boolean => obstacles[name]?.isOver ?? true;

/** It does not work here. The best one that nothing stands in the way of is next; if there is none, all over again. */
export function block(
  choice: Choice,
  { transport, refusal }: { readonly transport: TransportName; readonly refusal: Refusal },
  { now, random, limits, transports }: Environment,
): Choice {
  const before = choice.obstacles[transport];
  const longest = limits.longestUpgradeMs;
  const isAgain = before && (!before.isOver || now < before.retryAt + longest);
  const failures = isAgain ? before.failures + 1 : 1;
  const interval = Math.min(longest, limits.firstUpgradeMs * 2 ** (failures - 1));
  const retryAt = now + interval * (0.75 + random() / 2);
  const obstacles = { ...choice.obstacles, [transport]: { refusal, failures, retryAt, isOver: false } };
  const next = { ...choice, obstacles, doubts: 0 };
  const free = transports.find((name) => isFree(next, name));
  return free
    ? { ...next, transport: free }
    : { ...next, transport: transports[0] ?? transport, obstacles: {} };
}

/** It failed in a way that a restart or a network may explain as well: once is forgiven. */
export function doubt(choice: Choice, refusal: Refusal, environment: Environment): Choice {
  const doubts = choice.doubts + 1;
  const { transport } = choice;
  return doubts < MOST_DOUBTS ? { ...choice, doubts } : block(choice, { transport, refusal }, environment);
}

/** The candidate takes over. */
export function adopt(choice: Choice, transport: TransportName): Choice {
  const { [transport]: obstacle, ...others } = choice.obstacles;
  const obstacles = obstacle ? { ...others, [transport]: { ...obstacle, isOver: true } } : others;
  return { transport, doubts: 0, obstacles, candidate: null };
}

/** The network may be another one: what stood in the way is looked at again now. */
export function hasten(choice: Choice, now: number): Choice {
  const obstacles = Object.fromEntries(
    Object.entries(choice.obstacles).map(([name, obstacle]) => [name, { ...obstacle, retryAt: now }]),
  );
  return { ...choice, obstacles };
}

/** The better one that is tried again first, and when. */
export function better(
  { transport, obstacles }: Choice,
  { transports }: Pick<Environment, 'transports'>,
): { readonly transport: TransportName; readonly at: number } | null {
  let soonest: { transport: TransportName; at: number } | null = null;
  for (const name of transports.slice(0, transports.indexOf(transport))) {
    const at = obstacles[name]?.retryAt ?? 0;
    if (!soonest || at < soonest.at) soonest = { transport: name, at };
  }
  return soonest;
}

/** The next best one, for when the one in use says nothing. What stood in its way long ago is forgotten. */
export const worse = (choice: Choice, { transports, now }: Environment): TransportName | null =>
  transports
    .slice(transports.indexOf(choice.transport) + 1)
    .find((name) => isFree(choice, name) || now >= (choice.obstacles[name]?.retryAt ?? 0)) ?? null;
