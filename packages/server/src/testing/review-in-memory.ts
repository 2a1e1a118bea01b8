/** A small review for tests: what it is given, with the real rules about versions and states. */
import type { Recommendation, RecommendationState, Validation } from '@greenlight/protocol/review';
import type { Review, ReviewAction } from '@greenlight/runs/review';

const NEXT: Readonly<
  Record<ReviewAction, { from: readonly RecommendationState[]; to: RecommendationState }>
> = {
  approve: { from: ['open'], to: 'approved' },
  reject: { from: ['open', 'approved'], to: 'rejected' },
  apply: { from: ['approved'], to: 'applied' },
  undo: { from: ['applied'], to: 'undone' },
};

const pageOf = <T extends { readonly id: string; readonly workflow: string }>(
  all: Iterable<T>,
  { workflow, after = '', limit = 100 }: { workflow?: string; after?: string; limit?: number },
): T[] =>
  [...all]
    .filter((each) => (workflow === undefined || each.workflow === workflow) && each.id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit);

export function reviewInMemory(
  validations: readonly Validation[],
  recommendations: readonly Recommendation[],
): Review {
  const kept = new Map(recommendations.map((each) => [each.id, each]));
  return {
    validations: async (filter = {}) => pageOf(validations, filter),
    validation: async (id) => validations.find((each) => each.id === id) ?? null,
    recommendations: async (filter = {}) =>
      pageOf(
        [...kept.values()].filter(({ state }) => filter.state === undefined || state === filter.state),
        filter,
      ),
    recommendation: async (id) => kept.get(id) ?? null,
    async decide(id, action, { user, version }) {
      const found = kept.get(id);
      if (!found) return { ok: false, code: 'not_found', detail: `There is no recommendation ${id}.` };
      const { from, to } = NEXT[action];
      if (!from.includes(found.state) || (version !== undefined && version !== found.version))
        return {
          ok: false,
          code: 'state_conflict',
          detail: `${id} is ${found.state}, version ${found.version}.`,
        };
      const recommendation = { ...found, state: to, version: found.version + 1, decidedBy: user };
      kept.set(id, recommendation);
      return { ok: true, recommendation };
    },
  };
}

export const validationOf = (id: string, workflow: string): Validation => ({
  id,
  workflow,
  file: 'README.md',
  digest: 'sha256:00',
  verdict: 'fail',
  counts: { error: 1, warning: 0, info: 0 },
  findings: [
    {
      rule: 'MD040',
      severity: 'error',
      file: 'README.md',
      line: 1,
      column: 1,
      message: 'No language.',
      excerpt: '```',
    },
  ],
  createdAt: '2026-11-22T09:00:00.000Z',
});

export const recommendationOf = (id: string, workflow: string): Recommendation => ({
  id,
  workflow,
  file: 'README.md',
  title: 'Name the language',
  why: 'A fence without a language is not coloured.',
  confidence: 0.9,
  rules: ['MD040'],
  patch: '-```\n+```js\n',
  edits: [{ start: 3, end: 3, text: 'js' }],
  digest: 'sha256:00',
  state: 'open',
  version: 1,
  createdAt: '2026-11-22T09:00:00.000Z',
});
