/** Runs checks a few at a time, and hands on what came of each in their order. */
import { SECTIONS } from './catalogue.ts';
import { type Check, NotCheckable } from './check.ts';
import { NOT_CHECKABLE } from './not-checkable.ts';
import { inWords, type Misfit, misfit } from './pattern.ts';
import { within } from './speak/within.ts';
import { type Tally, Visit } from './visit.ts';

export type Outcome = 'pass' | 'fail' | 'not_checkable';
export type Result = {
  readonly rule: string;
  /** Null: no check of this rule can exist. */
  readonly name: string | null;
  readonly outcome: Outcome;
  readonly proves?: string;
  readonly does?: string;
  readonly expected?: string;
  readonly seen?: string;
  /** Why it cannot be checked. */
  readonly reason?: string;
  /** How long it took. */
  readonly ms?: number;
};

export type Target = { readonly url: URL; readonly key: string };

const AT_ONCE = 6;
/** No check waits longer in all. */
const LONGEST_MS = 120_000;

/** Rules and letters, such as `P` and `H7`; none: all. */
export const isWanted = (only: readonly string[], rule: string): boolean =>
  only.length === 0 || only.includes(rule) || only.includes(rule.replace(/\d+$/, ''));

/** What will be told, in its order: each check, and each rule without one. */
export function plan(only: readonly string[]): readonly (Check | Result)[] {
  return SECTIONS.flatMap(({ letter, checks }) => {
    const without = Object.entries(NOT_CHECKABLE)
      .filter(([rule]) => rule.startsWith(letter))
      .map(([rule, reason]): Result => ({ rule, name: null, outcome: 'not_checkable', reason }));
    return [...checks, ...without].toSorted((a, b) => numberOf(a) - numberOf(b));
  }).filter(({ rule }) => isWanted(only, rule));
}

const numberOf = ({ rule }: Check | Result): number => Number(rule.slice(1));
const isResult = (item: Check | Result): item is Result => 'outcome' in item;

export async function runChecks(
  target: Target,
  only: readonly string[],
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const tally: Tally = { attempts: 0, rateLimited: 0 };
  const items = plan(only);
  const results = items.map(() => Promise.withResolvers<Result>());
  const settle = async (at: number, item: Check | Result): Promise<void> =>
    results[at]?.resolve(isResult(item) ? item : await runCheck(target, item, tally));

  const numbered = [...items.entries()];
  const late = numbered.filter(([, item]) => isLast(item));
  const queue = numbered.filter(([, item]) => !isLast(item)).values();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) await settle(at, item);
  };
  const work = async (): Promise<void> => {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const [at, item] of late) await settle(at, item);
  };
  const running = work();
  const told: Result[] = [];
  for (const { promise } of results) {
    const result = await promise;
    told.push(result);
    tell(result);
  }
  await running;
  return told;
}

const isLast = (item: Check | Result): boolean => 'last' in item && item.last === true;

export async function runCheck(target: Target, check: Check, tally: Tally): Promise<Result> {
  const began = performance.now();
  const result = await judge(target, check, tally);
  return { ...result, ms: Math.round(performance.now() - began) };
}

async function judge({ url, key }: Target, check: Check, tally: Tally): Promise<Result> {
  const { rule, name, proves, does, expected } = check;
  const about = { rule, name, proves, does };
  const all = inWords(expected);
  await using visit = new Visit({ url, key, tally });
  try {
    const seen = await within(LONGEST_MS, 'end of the check', check.see(visit));
    const found = misfit(expected, seen);
    if (found === null) return { ...about, outcome: 'pass', expected: all, seen: hide(inWords(seen), key) };
    return {
      ...about,
      outcome: 'fail',
      expected: at(found, found.expected),
      seen: hide(at(found, found.seen), key),
    };
  } catch (error) {
    if (error instanceof NotCheckable)
      return { ...about, outcome: 'not_checkable', expected: all, reason: error.message };
    const seen = error instanceof Error ? error.message : String(error);
    return { ...about, outcome: 'fail', expected: all, seen: hide(seen, key) };
  }
}

/** Only the place that differs: the rest is as it should be. */
const at = ({ path }: Misfit, what: unknown): string =>
  path === '' ? inWords(what) : `${path}: ${inWords(what)}`;

/** A server that echoes credentials must not make this report one more place where they stand. */
const hide = (text: string, key: string): string =>
  text.replaceAll(key, '[the key]').replaceAll(/gl_[a-z0-9]+_[\w-]{20,}/g, '[a key]');
