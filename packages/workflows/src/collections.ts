/** Where results and reviews are kept in the log, under which ids, and how all of a run's are read. */
import type { Log, StoredRecord } from '@greenlight/log/log';
import type { Recommendation, Validation } from '@greenlight/protocol/review';

export const VALIDATIONS = 'validations';
export const RECOMMENDATIONS = 'recommendations';
/** What a document offers and links to: kept only while its run is going, to resume it. */
export const VALIDATION_FACTS = 'validation_facts';
/** A file that is about to be changed, from before it is until that is recorded. */
export const INTENTS = 'recommendation_intents';

/** `version` is the record's. */
export type StoredRecommendation = Omit<Recommendation, 'version'> & {
  /** The document was sent as text, so there is no file to change. */
  readonly inline?: true;
};

/** The document's place in the run's order. */
export const validationId = (run: string, place: number): string => `val_${bare(run)}_${pad(place)}`;

export const recommendationId = (run: string, place: number, n: number): string =>
  `rec_${bare(run)}_${pad(place)}_${n.toString().padStart(3, '0')}`;

const bare = (run: string): string => run.replace(/^wf_/, '');
const pad = (place: number): string => place.toString().padStart(6, '0');

export const toRecommendation = ({ value, version }: StoredRecord): Recommendation => {
  const { inline: _inline, ...recommendation } = value as StoredRecommendation;
  return { ...recommendation, version };
};

/** What events tell of a document's result. */
export const validationItem = ({ id, file, verdict, counts }: Validation) => ({ id, file, verdict, counts });

/** What events tell of a recommendation; its patch is read over HTTP. */
export const recommendationItem = (recommendation: Recommendation) => {
  const { patch: _patch, edits: _edits, why: _why, digest: _digest, ...item } = recommendation;
  return item;
};

export type Pages = { readonly parent?: string; readonly after?: string; readonly size?: number };

/** All records of a collection, in id order, page by page. */
export async function* pagesOf(
  log: Log,
  collection: string,
  { parent, after, size = 500 }: Pages,
): AsyncGenerator<readonly StoredRecord[]> {
  for (let last = after; ;) {
    const records = await log.records(collection, {
      limit: size,
      ...(parent !== undefined && { parent }),
      ...(last !== undefined && { after: last }),
    });
    if (records.length > 0) yield records;
    if (records.length < size) return;
    last = records.at(-1)?.id;
  }
}
