/** The tiers that need all documents: their findings join those that each document has already. */
import { simulatedMark } from '@greenlight/protocol/event';
import type { Validation } from '@greenlight/protocol/review';
import type { StepContext } from '@greenlight/runs/workflow';
import { createBatches } from './batches.ts';
import { VALIDATIONS } from './collections.ts';
import { toldAs } from './see-documents.ts';
import type { TierResult } from './validation/api.ts';
import { byPlace } from './validation/findings.ts';
import { countSeverities, verdictOf } from './validation/summarise.ts';
import type { ValidationRun } from './validation-workflow.ts';

const TITLES = { links: 'Check links', external: 'Ask about external links' } as const;
type LinkTier = keyof typeof TITLES;

export async function seeLinks(run: ValidationRun): Promise<void> {
  const { context, engine } = run;
  /** Results that changed in these steps: both tiers may add to one document. */
  const changed = new Map<string, Validation>();
  const wanted = (['links', 'external'] as const).filter((tier) => engine.tiers.includes(tier));
  await Promise.all(
    wanted.map((tier) => context.step(tier, TITLES[tier], (step) => seeTier(run, { tier, step, changed }))),
  );
}

async function seeTier(
  run: ValidationRun,
  { tier, step, changed }: { tier: LinkTier; step: StepContext; changed: Map<string, Validation> },
): Promise<void> {
  const { context, documents, engine, tally } = run;
  const { total } = documents;
  const results = createBatches<TierResult>({
    async send(batch) {
      const validations: Validation[] = [];
      for (const result of batch) {
        const before = await latest(run, result.file, changed);
        if (!before) continue;
        const now = withFindings(run, before, result);
        changed.set(now.id, now);
        tally.add(now, before);
        validations.push(now);
      }
      step.progress({
        counts: tally.counts,
        records: validations.map((value) => ({
          collection: VALIDATIONS,
          id: value.id,
          parent: context.run.id,
          value,
        })),
        events: toldAs('validation.enhanced', context.run.id, validations),
      });
    },
    pace: () => step.flush(),
  });
  step.progress({ run: { completed: total, total, message: TITLES[tier] } });
  await engine[tier]({ onResult: (result) => results.add(result), gate: () => context.checkpoint() });
  await results.done();
  step.progress({ completed: total, total, run: { completed: total, total } });
}

async function latest(
  { log, documents }: ValidationRun,
  file: string,
  changed: ReadonlyMap<string, Validation>,
): Promise<Validation | undefined> {
  const id = documents.byFile.get(file)?.id ?? '';
  if (changed.has(id)) return changed.get(id);
  const record = await log.record(VALIDATIONS, id);
  // The other tier may have been faster.
  return changed.get(id) ?? (record?.value as Validation | undefined);
}

/** Instead of what an earlier life of this step may have added. */
function withFindings(
  { input, context }: ValidationRun,
  before: Validation,
  { tier, findings: added }: TierResult,
): Validation {
  const others = before.findings.filter(({ rule }) => !rule.startsWith(`${tier}/`));
  const findings = [...others, ...added].toSorted(byPlace);
  const counts = countSeverities(findings);
  const verdict = verdictOf(counts, input.profile);
  return { ...before, ...simulatedMark(context.run), findings, counts, verdict };
}
