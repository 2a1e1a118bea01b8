/** What a validation is asked to do: decoded once, with a sentence for whoever got it wrong. */
import { z } from 'zod';
import { isKnownRule } from './rule-titles.ts';

export const PROFILES = ['strict', 'default', 'quick', 'content_only'] as const;
export type Profile = (typeof PROFILES)[number];

const globs = z.array(z.string().min(1).max(1_000)).max(200);

/** Limits of one validation, each with its default. */
const limits = z.strictObject({
  /** A larger file is a finding and is not read. */
  maxFileBytes: z.int().min(1).max(104_857_600).default(10_485_760),
  /** Findings kept of one rule in one file; the rest are counted in a last finding. */
  maxFindingsPerRule: z.int().min(1).max(10_000).default(100),
  /** A document that takes longer is a finding. Milliseconds. */
  fileTimeoutMs: z.int().min(100).max(600_000).default(60_000),
  /** Documents looked for; a larger tree is refused with one finding and the first ones are validated. */
  maxFiles: z.int().min(1).max(1_000_000).default(100_000),
});

const externalOptions = z.strictObject({
  /** Requests at the same time. */
  concurrency: z.int().min(1).max(64).default(8),
  /** Requests at the same time to one host. */
  perHost: z.int().min(1).max(16).default(2),
  /** For one request, redirects excluded. Milliseconds. */
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
  maxRedirects: z.int().min(0).max(20).default(5),
  /** Different addresses asked for; what is left over is said in one finding. */
  maxUrls: z.int().min(1).max(100_000).default(2_000),
});
export type ExternalOptions = z.infer<typeof externalOptions>;

const inputSchema = z
  .strictObject({
    paths: z.array(z.string().min(1).max(4_096)).min(1).max(10_000).optional(),
    content: z
      .array(z.strictObject({ name: z.string().min(1).max(1_000), text: z.string().max(10_485_760) }))
      .min(1)
      .max(1_000)
      .optional(),
    profile: z.enum(PROFILES).default('default'),
    include: globs.default(['**/*.md', '**/*.markdown', '**/*.mdown', '**/*.mkd']),
    exclude: globs.default([]),
    schema: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).optional(),
    truth: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).optional(),
    external: z.union([z.boolean(), externalOptions]).default(false),
    recommend: z.boolean().default(true),
    rules: z
      .record(
        z.string().refine(isKnownRule, { message: 'is not a rule; docs/validation.md lists them' }),
        z.enum(['off', 'info', 'warning', 'error']),
      )
      .default({}),
    limits: limits.prefault({}),
  })
  .refine((input) => input.paths !== undefined || input.content !== undefined, {
    message: 'Name what to validate: `paths` (files, folders or globs) or `content` (documents as text).',
  });

/**
 * - `paths`: files, folders or globs, relative to the start folder. `content`: documents as text.
 * - `profile`: which tiers run and how severe their findings are. Default `default`.
 * - `include`, `exclude`: globs that apply inside named folders, against paths relative to them.
 * - `schema`: what front matter must look like; `truth`: what the text must agree with.
 *   Each a file inside the roots, or the value itself.
 * - `external`: ask the web about external links. Default false.
 * - `rules`: severity of single rules, or `off`.
 * - `recommend`: draft recommendations from what can be fixed. Default true.
 */
export type ValidationInput = Omit<z.infer<typeof inputSchema>, 'external'> & {
  readonly external: ExternalOptions | null;
};

export type ParsedValidation =
  | { readonly ok: true; readonly input: ValidationInput }
  | { readonly ok: false; readonly detail: string };

/** `defaults` are laid under what was asked, key by key. */
export function parseValidationInput(value: unknown, defaults: object = {}): ParsedValidation {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  const parsed = inputSchema.safeParse(plain ? { ...defaults, ...value } : value);
  if (!parsed.success) return { ok: false, detail: sentence(parsed.error.issues) };
  const { external, ...rest } = parsed.data;
  const asked = external === true ? externalOptions.parse({}) : external === false ? null : external;
  return { ok: true, input: { ...rest, external: asked } };
}

function sentence(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined || (issue.code === 'invalid_type' && issue.path.length === 0))
    return 'The input of a validation is an object such as {"paths": ["docs"]}.';
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `\`${[...issue.path, key].join('.')}\``).join(', ');
    const known = issue.path.length === 0 ? Object.keys(inputSchema.shape).join(', ') : null;
    return known === null
      ? `${keys} is not a known option here.`
      : `${keys} is not an option of a validation. Known are: ${known}.`;
  }
  if (issue.code === 'invalid_key')
    return `\`${String(issue.path.at(-1))}\` ${issue.issues[0]?.message ?? ''}.`;
  const where = issue.path.length === 0 ? '' : `\`${issue.path.join('.')}\`: `;
  return `${where}${issue.message}${/[.!?)]$/.test(issue.message) ? '' : '.'}`;
}
