/** Schedules one after the other in a few lanes at once, each lane with a gateway of its own. */
import type { GatewayProcess } from '@greenlight/testkit/start-gateway';
import { openGateway } from './gateway.ts';
import type { Plan } from './plan.ts';
import { type Result, runPlan } from './run-plan.ts';

export type ManyOptions = {
  /** Endless ones are cut off by `signal`. */
  readonly plans: Iterator<Plan>;
  readonly lanes: number;
  /** No further schedule begins once it is aborted. */
  readonly signal?: AbortSignal;
  readonly onResult: (result: Result) => void;
};

/** A gateway is replaced after so many schedules, so that its data folder stays small. */
const SCHEDULES_OF_A_GATEWAY = 50;

export async function runMany({ plans, lanes, signal, onResult }: ManyOptions): Promise<void> {
  const next = (): Plan | null => {
    if (signal?.aborted) return null;
    const { done, value } = plans.next();
    return done ? null : value;
  };
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      let plan = next();
      while (plan) {
        await using gateway: GatewayProcess = await openGateway();
        for (let left = SCHEDULES_OF_A_GATEWAY; plan && left > 0; left -= 1) {
          onResult(await runPlan(plan, gateway));
          plan = next();
        }
      }
    }),
  );
}
