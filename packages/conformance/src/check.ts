/** One thing that a rule of PROTOCOL.md says and that can be seen from outside. */
import type { Pattern } from './pattern.ts';
import type { Visit } from './visit.ts';

export type Check = {
  /** `P3` */
  readonly rule: string;
  /** One or a few words, different from those of the rule's other checks. */
  readonly name: string;
  /** The sentence of the rule, in short. */
  readonly proves: string;
  /** What is done to see it. */
  readonly does: string;
  readonly expected: Pattern;
  /** What was seen. Throws `NotCheckable` where this server, or this key, does not let it be seen. */
  see(visit: Visit): Promise<unknown>;
  /** Runs when all others are done. */
  readonly last?: true;
};

export class NotCheckable extends Error {}

/** `P3 where delivery begins` */
export const titleOf = ({ rule, name }: Pick<Check, 'rule' | 'name'>): string => `${rule} ${name}`;
