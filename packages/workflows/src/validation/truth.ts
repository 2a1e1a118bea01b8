/** Truth data: what the texts must agree with, as its YAML file says it. */
import { z } from 'zod';

const term = z.strictObject({
  /** How it is written. */
  use: z.string().min(2),
  /** How it must not be written. */
  not: z.array(z.string().min(1)).default([]),
});
const product = z.strictObject({
  name: z.string().min(2),
  /** Versions that exist; a mention of any other is a finding. */
  versions: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
});
const claim = z.union([
  z
    .string()
    .min(3)
    .transform((phrase) => ({ phrase, reason: undefined })),
  z.strictObject({ phrase: z.string().min(3), reason: z.string().optional() }),
]);

const truthSchema = z.strictObject({
  terms: z
    .union([
      z.array(term),
      // Short form: preferred spelling → spellings that are not.
      z
        .record(z.string().min(2), z.array(z.string().min(1)))
        .transform((terms) => Object.entries(terms).map(([use, not]) => ({ use, not }))),
    ])
    .default([]),
  products: z.array(product).default([]),
  forbidden: z.array(claim).default([]),
  /** Similarity, 0 to 1, from which on something counts as the same; null switches fuzzy matching off. */
  similarity: z.number().min(0.5).max(1).nullable().default(0.85),
});

export type Truth = z.infer<typeof truthSchema>;

export function decodeTruth(value: unknown): { ok: true; truth: Truth } | { ok: false; detail: string } {
  const parsed = truthSchema.safeParse(value);
  if (parsed.success) return { ok: true, truth: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return {
      ok: false,
      detail: `\`${[...issue.path, issue.keys[0]].join('.')}\` is not known; the keys are terms, products, forbidden and similarity.`,
    };
  const where =
    issue === undefined || issue.path.length === 0 ? 'its top level' : `\`${issue.path.join('.')}\``;
  return { ok: false, detail: `At ${where}: ${issue?.message ?? 'it is not truth data'}.` };
}
