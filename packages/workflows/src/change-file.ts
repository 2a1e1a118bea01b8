/**
 * Applies and undoes recommendations. What a file must hold now follows from what was reviewed and from what was applied
 * since; only then is it changed, so several recommendations of one review can be applied and undone in any order.
 */
import type { Log } from '@greenlight/log/log';
import type { Recommendation, TextEdit } from '@greenlight/protocol/review';
import { pagesOf, RECOMMENDATIONS, toRecommendation } from './collections.ts';
import { createOriginals } from './originals.ts';
import { findFile, replaceFile } from './reviewed-file.ts';
import { digestOf } from './validation/digest.ts';
import { applyEdits, withEdits } from './validation/edits.ts';

export type FileChange = {
  /** Digests of what the file holds before and after. */
  readonly from: string;
  readonly to: string;
};

export type PreparedChange =
  | { readonly ok: true; readonly change: FileChange; readonly write: () => Promise<void> }
  | { readonly ok: false; readonly code: 'state_conflict' | 'invalid_input'; readonly detail: string };

export type FileChangerOptions = {
  readonly log: Log;
  readonly roots: readonly string[];
  readonly cwd: string;
  /** Where originals are kept. */
  readonly folder: string;
  /** A name that no file has yet. */
  readonly unique: () => string;
};

export interface FileChanger {
  prepare(recommendation: Recommendation, action: 'apply' | 'undo'): Promise<PreparedChange>;
  /** What the file holds now; null when it cannot be read. */
  digestOf(file: string): Promise<string | null>;
}

export function createFileChanger({ log, roots, cwd, folder, unique }: FileChangerOptions): FileChanger {
  const originals = createOriginals(folder, unique);

  /** Those of the same review of the same content that are in the file now. */
  async function appliedBeside({ id, workflow, file, digest }: Recommendation): Promise<Recommendation[]> {
    const applied: Recommendation[] = [];
    for await (const page of pagesOf(log, RECOMMENDATIONS, { parent: workflow }))
      for (const other of page.map(toRecommendation))
        if (other.state === 'applied' && other.file === file && other.digest === digest && other.id !== id)
          applied.push(other);
    return applied;
  }

  return {
    async prepare(recommendation, action) {
      const { file, digest } = recommendation;
      const found = await findFile(file, { roots, cwd });
      if (!found.ok)
        return conflict(found.detail, found.why === 'outside' ? 'invalid_input' : 'state_conflict');
      const original = found.digest === digest ? found.bytes : await originals.read(digest);
      if (!original) return conflict(`${file} is not what was reviewed any more; validate it again.`);

      const others = merged(await appliedBeside(recommendation));
      const all = others && withEdits(others, recommendation.edits);
      if (!others || !all)
        return conflict(
          `Another recommendation that was applied changes the same place in ${file}; undo it first.`,
        );
      const text = Buffer.from(original).toString('utf8');
      const without = Buffer.from(applyEdits(text, others));
      const withIt = Buffer.from(applyEdits(text, all));
      const [before, after] = action === 'apply' ? [without, withIt] : [withIt, without];
      if (digestOf(before) !== found.digest)
        return conflict(`${file} was changed since; nothing was written. Validate it again.`);
      return {
        ok: true,
        change: { from: found.digest, to: digestOf(after) },
        async write() {
          await originals.keep(digest, original);
          await replaceFile(found.path, after, unique());
        },
      };
    },
    async digestOf(file) {
      const found = await findFile(file, { roots, cwd });
      return found.ok ? found.digest : null;
    },
  };
}

function merged(recommendations: readonly Recommendation[]): readonly TextEdit[] | null {
  return recommendations.reduce<readonly TextEdit[] | null>(
    (edits, recommendation) => edits && withEdits(edits, recommendation.edits),
    [],
  );
}

const conflict = (
  detail: string,
  code: 'state_conflict' | 'invalid_input' = 'state_conflict',
): Extract<PreparedChange, { ok: false }> => ({ ok: false, code, detail });
