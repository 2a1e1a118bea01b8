/** The tiers that need one document at a time: one pass over all documents, a step for each tier. */
import { readFile } from 'node:fs/promises';
import { simulatedMark } from '@greenlight/protocol/event';
import type { Validation } from '@greenlight/protocol/review';
import type { StepContext } from '@greenlight/runs/workflow';
import { createBatches, inPieces } from './batches.ts';
import { pagesOf, VALIDATION_FACTS, validationItem, VALIDATIONS } from './collections.ts';
import type { PlacedDocument } from './documents.ts';
import { type FileResult, type LinkFacts, type Tier, TIERS } from './validation/api.ts';
import { digestOf } from './validation/digest.ts';
import { countSeverities, verdictOf } from './validation/summarise.ts';
import type { ValidationRun } from './validation-workflow.ts';

const TITLES = { syntax: 'Check syntax', style: 'Check style', content: 'Check content' } as const;
type OwnTier = keyof typeof TITLES;
const isOwn = (tier: Tier): tier is OwnTier => Object.hasOwn(TITLES, tier);

/** Results told in one event. */
export const EVENT_ITEMS = 100;

export async function seeDocuments(run: ValidationRun): Promise<void> {
  const { context, engine } = run;
  const tiers = engine.tiers.filter(isOwn);
  const over = tiers.every((tier) =>
    context.run.steps.some((step) => step.id === tier && step.state === 'completed'),
  );
  const earlier = await restore(run, over);
  const steps: StepContext[] = [];
  let pass: Promise<void> | null = null;
  // Every tier's step begins in this turn; then one pass serves them all.
  const join = async (step: StepContext): Promise<void> => {
    steps.push(step);
    await (pass ??= Promise.resolve().then(() => onePass(run, steps, earlier)));
  };
  await Promise.all(tiers.map((tier) => context.step(tier, TITLES[tier], join)));
}

async function onePass(
  run: ValidationRun,
  steps: readonly StepContext[],
  earlier: ReadonlySet<string>,
): Promise<void> {
  const { context, engine, documents, tally } = run;
  const [lead] = steps as [StepContext];
  const { total } = documents;
  let completed = 0;

  function report(validations: readonly Validation[], facts: readonly Facts[]): void {
    lead.progress({
      counts: tally.counts,
      run: { completed, total },
      records: [
        ...validations.map((value) => ({
          collection: VALIDATIONS,
          id: value.id,
          parent: context.run.id,
          value,
        })),
        ...facts.map((value) => ({
          collection: VALIDATION_FACTS,
          id: value.id,
          parent: context.run.id,
          value,
        })),
      ],
      events: toldAs('validation.created', context.run.id, validations),
    });
    for (const step of steps) step.progress({ completed, total });
  }

  const results = createBatches<FileResult>({
    send(batch) {
      const validations = batch.map((result) => toValidation(run, result));
      for (const validation of validations) tally.add(validation);
      completed += batch.length;
      const facts = batch.map(({ file, facts }, at) => ({ id: validations[at]?.id ?? '', file, facts }));
      report(validations, facts);
    },
    pace: () => lead.flush(),
  });

  const known = documents.list.filter(({ id }) => earlier.has(id));
  completed = known.length + documents.unread.length;
  const unread = documents.unread.map((row): Validation => ({
    ...validationOf(run, row.findings),
    id: row.id,
    file: row.file,
  }));
  for (const validation of unread) if (!earlier.has(validation.id)) tally.add(validation);
  report(
    unread.filter(({ id }) => !earlier.has(id)),
    [],
  );
  await engine.run(
    documents.list.filter(({ id }) => !earlier.has(id)).map(({ source }) => source),
    { onResult: (result) => results.add(result), gate: () => context.checkpoint() },
  );
  await results.done();
}

/** Kept so that a resumed run need not read a document again to check its links. */
type Facts = { readonly id: string; readonly file: string; readonly facts: LinkFacts };

/**
 * Documents that an earlier life of the run has seen and that have not changed since: their validations' ids.
 * `over`: their steps are over, so what has changed since is not looked at again.
 */
async function restore(run: ValidationRun, over: boolean): Promise<Set<string>> {
  const { log, context, engine, documents, tally } = run;
  const { id: parent } = context.run;
  const done = new Set<string>();
  const unread = new Set(documents.unread.map(({ id }) => id));
  const seen = new Map<string, Pick<Validation, 'digest' | 'counts' | 'verdict'>>();
  for await (const page of pagesOf(log, VALIDATIONS, { parent }))
    for (const { id, value } of page) {
      const { digest, counts, verdict } = value as Validation;
      seen.set(id, { counts, verdict, ...(digest !== undefined && { digest }) });
    }
  const facts = new Map<string, Facts>();
  for await (const page of pagesOf(log, VALIDATION_FACTS, { parent }))
    for (const { id, value } of page) facts.set(id, value as Facts);
  for (const document of documents.list) {
    const before = seen.get(document.id);
    const fact = facts.get(document.id);
    if (!before || !fact) continue;
    if (!over && (before.digest === undefined || (await digestNow(document)) !== before.digest)) continue;
    engine.restore(document.source, fact);
    tally.add(before);
    done.add(document.id);
  }
  for (const [id, before] of seen)
    if (unread.has(id)) {
      tally.add(before);
      done.add(id);
    }
  return done;
}

async function digestNow({ source }: PlacedDocument): Promise<string | null> {
  if (source.path === undefined) return digestOf(source.text ?? '');
  return readFile(source.path).then(digestOf, () => null);
}

function toValidation(run: ValidationRun, result: FileResult): Validation {
  const findings = TIERS.flatMap((tier) => result.findings[tier] ?? []);
  return {
    ...validationOf(run, findings),
    id: run.documents.byFile.get(result.file)?.id ?? '',
    file: result.file,
    ...(result.digest !== undefined && { digest: result.digest }),
  };
}

function validationOf(
  { context, input, clock }: Pick<ValidationRun, 'context' | 'input' | 'clock'>,
  findings: Validation['findings'],
): Omit<Validation, 'id' | 'file'> {
  const counts = countSeverities(findings);
  return {
    workflow: context.run.id,
    verdict: verdictOf(counts, input.profile),
    counts,
    findings,
    createdAt: new Date(clock()).toISOString(),
    ...simulatedMark(context.run),
  };
}

export const toldAs = (
  type: 'validation.created' | 'validation.enhanced',
  workflow: string,
  validations: readonly Validation[],
) =>
  inPieces(validations.map(validationItem), EVENT_ITEMS).map((items) => ({
    channel: 'validations',
    event: { type, data: { workflow, items } },
  }));
