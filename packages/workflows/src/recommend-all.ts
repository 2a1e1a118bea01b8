/** Drafts recommendations for what can be fixed, and keeps each as a record to be decided on. */
import { simulatedMark } from '@greenlight/protocol/event';
import type { Recommendation, Validation } from '@greenlight/protocol/review';
import type { StepContext } from '@greenlight/runs/workflow';
import { createBatches, inPieces } from './batches.ts';
import {
  pagesOf,
  recommendationId,
  recommendationItem,
  RECOMMENDATIONS,
  type StoredRecommendation,
  VALIDATIONS,
} from './collections.ts';
import { EVENT_ITEMS } from './see-documents.ts';
import type { RecommendationDraft, Reviewed } from './validation/api.ts';
import type { ValidationRun } from './validation-workflow.ts';

/** Documents whose findings are in memory at the same time. */
const PAGE = 200;

export async function recommendAll(run: ValidationRun): Promise<void> {
  await run.context.step('recommend', 'Draft recommendations', (step) => recommend(run, step));
}

async function recommend(run: ValidationRun, step: StepContext): Promise<void> {
  const { log, context, engine, documents, tally } = run;
  const { total } = documents;
  const existing = await existingIds(run);
  const drafted = new Map<string, number>();
  let completed = 0;

  const drafts = createBatches<RecommendationDraft>({
    send(batch) {
      const fresh = batch
        .map((draft) => toStored(run, draft, drafted))
        // Made by an earlier life of this step, and perhaps decided on since.
        .filter(({ id }) => !existing.has(id));
      for (const { id } of fresh) existing.add(id);
      tally.recommend(existing.size);
      const items = fresh.map(({ inline: _inline, ...stored }): Recommendation => ({
        ...stored,
        version: 1,
      }));
      step.progress({
        counts: tally.counts,
        records: fresh.map((value) => ({
          collection: RECOMMENDATIONS,
          id: value.id,
          parent: context.run.id,
          value,
        })),
        events: inPieces(items.map(recommendationItem), EVENT_ITEMS).map((some) => ({
          channel: 'recommendations',
          event: { type: 'recommendation.created', data: { workflow: context.run.id, items: some } },
        })),
      });
    },
    pace: () => step.flush(),
  });

  step.progress({ total, run: { completed: total, total, message: 'Draft recommendations' } });
  for await (const page of pagesOf(log, VALIDATIONS, { parent: context.run.id, size: PAGE })) {
    const reviewed = page.flatMap(({ value }): Reviewed[] => {
      const { file, digest, findings } = value as Validation;
      const source = documents.byFile.get(file)?.source;
      return source && digest !== undefined ? [{ source, digest, findings }] : [];
    });
    await engine.recommend(reviewed, {
      onResult: (draft) => drafts.add(draft),
      gate: () => context.checkpoint(),
    });
    completed += reviewed.length;
    step.progress({ completed });
  }
  await drafts.done();
  step.progress({ completed: total, total, run: { completed: total, total } });
}

async function existingIds({ log, context }: ValidationRun): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of pagesOf(log, RECOMMENDATIONS, { parent: context.run.id }))
    for (const { id } of page) ids.add(id);
  return ids;
}

function toStored(
  { context, documents, clock }: ValidationRun,
  draft: RecommendationDraft,
  drafted: Map<string, number>,
): StoredRecommendation {
  const n = drafted.get(draft.file) ?? 0;
  drafted.set(draft.file, n + 1);
  const document = documents.byFile.get(draft.file);
  return {
    ...draft,
    id: recommendationId(context.run.id, document?.place ?? 0, n),
    workflow: context.run.id,
    state: 'open',
    createdAt: new Date(clock()).toISOString(),
    ...simulatedMark(context.run),
    ...(document?.source.path === undefined && { inline: true }),
  };
}
