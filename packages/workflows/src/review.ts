/**
 * Review: who decided what, and files changed only as reviewed.
 * A file cannot change in one transaction with the log. So the intent is recorded first, then the file is replaced, then
 * the decision is recorded. After a crash in between, the next start compares the file with the intent: if it holds the
 * new content, the decision is recorded then; if not, it never happened. The record tells the truth either way.
 */
import type { Log, RecordWrite, StoredRecord } from '@greenlight/log/log';
import { workflowChannel } from '@greenlight/protocol/channel';
import { simulatedMark } from '@greenlight/protocol/event';
import type { Recommendation, RecommendationState, Validation } from '@greenlight/protocol/review';
import type { Review, ReviewAction, Reviewer, ReviewFilter, ReviewResult } from '@greenlight/runs/review';
import { appendsFor, commonChannel, createEventMaker } from '@greenlight/runs/run-events';
import { type Random, randomText } from '@greenlight/runs/run-id';
import { createTurns } from '@greenlight/runs/turns';
import { createFileChanger, type FileChange } from './change-file.ts';
import {
  INTENTS,
  pagesOf,
  recommendationItem,
  RECOMMENDATIONS,
  type StoredRecommendation,
  toRecommendation,
  VALIDATIONS,
} from './collections.ts';
import { decide } from './review-state.ts';

export type ReviewOptions = {
  readonly log: Log;
  /** Folders that may be changed, and the start folder that names of files are relative to. */
  readonly roots: readonly string[];
  readonly cwd: string;
  /** The folder that originals are kept in; made when needed. */
  readonly originals: string;
  readonly privateOwner: (workflow: string) => string | null;
  readonly clock: () => number;
  readonly random: Random;
  readonly node: string;
};

type Decision = {
  readonly id: string;
  readonly action: ReviewAction;
  readonly user: string;
  readonly to: RecommendationState;
  readonly simulated?: true;
};
type Intent = Decision & { readonly change: FileChange; readonly node: string };
type Stored = { readonly value: StoredRecommendation; readonly version: number };

export async function createReview(options: ReviewOptions): Promise<Review> {
  const { log, roots, cwd, privateOwner, clock, random, node } = options;
  const makeEvent = createEventMaker(options);
  const unique = (): string => randomText(12, random);
  const files = createFileChanger({ log, roots, cwd, folder: options.originals, unique });
  const inTurn = createTurns();

  async function stored(id: string): Promise<Stored | null> {
    const record = await log.record(RECOMMENDATIONS, id);
    return record && { value: record.value as StoredRecommendation, version: record.version };
  }

  /** The one append that makes a decision true. */
  async function record(
    { value, version }: Stored,
    { id, action, user, to, simulated }: Decision,
    also: readonly RecordWrite[] = [],
  ): Promise<ReviewResult> {
    const decided: StoredRecommendation = {
      ...value,
      state: to,
      decidedBy: user,
      decidedAt: new Date(clock()).toISOString(),
      ...(simulated && { simulated }),
    };
    const { inline: _inline, ...fields } = decided;
    const recommendation: Recommendation = { ...fields, version: version + 1 };
    const owner = privateOwner(value.workflow);
    const event = makeEvent({
      type: `recommendation.${PAST[action]}`,
      subject: id,
      data: { workflow: value.workflow, items: [recommendationItem(recommendation)] },
      ...simulatedMark(decided),
    });
    const common = commonChannel({ private: owner !== null, owner: owner ?? '' }, 'recommendations');
    const result = await log.append({
      appends: appendsFor(value.workflow, [
        { channel: workflowChannel(value.workflow), event },
        { channel: common, event },
      ]),
      records: [
        { collection: RECOMMENDATIONS, id, parent: value.workflow, value: decided, ifVersion: version },
        ...also,
      ],
    });
    return result.ok ? { ok: true, recommendation } : notAppended(result.reason);
  }

  async function changeFile(
    from: Stored,
    decision: Decision & { action: 'apply' | 'undo' },
  ): Promise<ReviewResult> {
    const { id, action } = decision;
    if (from.value.inline)
      return failure(
        'invalid_input',
        'The document was sent as text, so there is no file to change; take the patch.',
      );
    const prepared = await files.prepare({ ...from.value, version: from.version }, action);
    if (!prepared.ok) return failure(prepared.code, prepared.detail);
    const intent: Intent = { ...decision, change: prepared.change, node };
    const begun = await log.append({
      appends: [],
      records: [{ collection: INTENTS, id, value: intent, ifVersion: 0 }],
    });
    if (!begun.ok) return notAppended(begun.reason);
    const forget: RecordWrite = { collection: INTENTS, id, value: null };
    try {
      await prepared.write();
    } catch (error) {
      // Before it was replaced or after: the file itself says which.
      if ((await files.digestOf(from.value.file)) !== prepared.change.to) {
        await log.append({ appends: [], records: [forget] });
        return failure('state_conflict', `${from.value.file} was not changed: ${sentenceOf(error)}`);
      }
    }
    return record(from, decision, [forget]);
  }

  /** What a crash or a full disk left between an intent and its record. */
  async function settle({ id, value }: StoredRecord): Promise<void> {
    const { change, node: _node, ...decision } = value as Intent;
    const from = await stored(id);
    const happened = from && (await files.digestOf(from.value.file)) === change.to;
    const forget: RecordWrite = { collection: INTENTS, id, value: null };
    if (happened) await record(from, decision, [forget]);
    else await log.append({ appends: [], records: [forget] });
  }

  async function decideNow(id: string, action: ReviewAction, by: Reviewer): Promise<ReviewResult> {
    const intent = await log.record(INTENTS, id);
    // Left by this process when the log could not take the decision; another's is its own to end.
    if (intent && (intent.value as Intent).node === node) await settle(intent);
    const from = await stored(id);
    if (!from) return failure('not_found', `There is no recommendation ${JSON.stringify(id)}.`);
    const owner = privateOwner(from.value.workflow);
    if (owner !== null && owner !== by.user)
      return failure('channel_forbidden', 'It belongs to a private run of somebody else.');
    if (by.version !== undefined && by.version !== from.version)
      return failure(
        'state_conflict',
        `It changed meanwhile: it is ${from.value.state} now (version ${from.version}). Look at it, then decide again.`,
      );
    const to = decide(from.value.state, action);
    if (typeof to === 'object') return failure('state_conflict', to.refused);
    const decision = { id, user: by.user, to, ...simulatedMark(by) };
    if (action === 'apply' || action === 'undo') return changeFile(from, { ...decision, action });
    return record(from, { ...decision, action }, [noIntent(id)]);
  }

  for await (const intents of pagesOf(log, INTENTS, {})) for (const intent of intents) await settle(intent);

  return {
    async validations({ workflow, after, limit = 100 } = {}) {
      const records = await log.records(VALIDATIONS, page({ workflow, after, limit }));
      return records.map(({ value }) => value as Validation);
    },
    async validation(id) {
      return ((await log.record(VALIDATIONS, id))?.value as Validation | undefined) ?? null;
    },
    async recommendations({ workflow, state, after, limit = 100 } = {}) {
      const wanted = Math.min(Math.max(limit, 1), MOST);
      const found: Recommendation[] = [];
      const size = state === undefined ? wanted : MOST;
      for await (const records of pagesOf(log, RECOMMENDATIONS, { ...page({ workflow, after }), size }))
        for (const recommendation of records.map(toRecommendation)) {
          if (state === undefined || recommendation.state === state) found.push(recommendation);
          if (found.length === wanted) return found;
        }
      return found;
    },
    async recommendation(id) {
      const found = await log.record(RECOMMENDATIONS, id);
      return found && toRecommendation(found);
    },
    decide: (id, action, by) =>
      inTurn(id, () =>
        // Files change one at a time, so that none is looked at while another decision writes it.
        action === 'apply' || action === 'undo'
          ? inTurn('files', () => decideNow(id, action, by))
          : decideNow(id, action, by),
      ),
  };
}

const MOST = 1_000;

/** Changes nothing, but holds only while no file is being changed for this recommendation. */
const noIntent = (id: string): RecordWrite => ({ collection: INTENTS, id, value: null, ifVersion: 0 });

const PAST = {
  approve: 'approved',
  reject: 'rejected',
  apply: 'applied',
  undo: 'undone',
} as const satisfies Record<ReviewAction, string>;

const page = ({ workflow, after, limit }: Pick<ReviewFilter, 'workflow' | 'after' | 'limit'>) => ({
  ...(workflow !== undefined && { parent: workflow }),
  ...(after !== undefined && { after }),
  ...(limit !== undefined && { limit: Math.min(Math.max(limit, 1), MOST) }),
});

const failure = (code: Extract<ReviewResult, { ok: false }>['code'], detail: string): ReviewResult => ({
  ok: false,
  code,
  detail,
});

const notAppended = (reason: string): ReviewResult =>
  reason === 'unavailable'
    ? failure('storage_unavailable', 'The decision could not be stored; check the disk, then try again.')
    : failure('state_conflict', 'Somebody else decided at the same moment; look at it, then decide again.');

function sentenceOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied.';
    case 'EROFS':
      return 'its disk is read-only.';
    case 'ENOSPC':
      return 'its disk is full.';
    default:
      return `${error instanceof Error ? error.message : String(error)}.`;
  }
}
