/** All of it, without a server: discover, check, link, recommend, report. */
import type { Finding } from '@greenlight/protocol/review';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  DocumentSource,
  Engine,
  FileSummary,
  RecommendationDraft,
  Report,
  TierResult,
  ValidateProgress,
  ValidateResult,
} from './api.ts';
import { TIERS } from './api.ts';
import { discover } from './discover.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import { byPlace } from './findings.ts';
import type { ValidationInput } from './input.ts';
import { addToSummary, countSeverities, newSummary, verdictOf } from './summarise.ts';

export type ValidateOptions = Omit<EngineOptions, 'input'> & {
  readonly onProgress?: (progress: ValidateProgress) => void;
  /** Shown in the report. Default `0.0.0`. */
  readonly version?: string;
  /** Default `Date.now`. */
  readonly clock?: () => number;
};

/** Few and small documents are done before a worker has started. */
const SMALL = { files: 8, bytes: 65_536 };

/** Rejects with the signal's reason when it is aborted. */
export async function validate(input: ValidationInput, options: ValidateOptions): Promise<ValidateResult> {
  const clock = options.clock ?? Date.now;
  const startedAt = new Date(clock()).toISOString();
  const progress = options.onProgress ?? (() => undefined);
  const discovery = await discover(input, options);
  progress({ kind: 'discovered', files: discovery.files.length });
  const concurrency = options.concurrency ?? ((await isSmall(discovery.files)) ? 0 : undefined);
  const created = await createEngine({
    ...options,
    input,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  if (!created.ok) return created;
  try {
    const run = { engine: created.engine, input, progress };
    const seen = await seeAll(run, discovery.files);
    const recommendations = input.recommend ? await recommendAll(run, discovery.files, seen) : [];
    const report = reportOf(input, [
      ...discovery.findings,
      ...[...seen.values()].flatMap(({ findings }) => findings),
    ]);
    const endedAt = new Date(clock()).toISOString();
    const root = basename(options.cwd ?? process.cwd());
    const files = filesOf(seen, discovery.findings, input);
    const tool = { name: 'greenlight', version: options.version ?? '0.0.0' } as const;
    const summary = {
      ...report.summary,
      files: files.length,
      failed: files.filter(({ verdict }) => verdict === 'fail').length,
      recommendations: recommendations.length,
    };
    return {
      ok: true,
      report: {
        tool,
        startedAt,
        endedAt,
        root,
        profile: input.profile,
        summary,
        findings: report.findings,
        files,
        recommendations,
      },
    };
  } finally {
    await created.engine.close();
  }
}

type Run = {
  readonly engine: Engine;
  readonly input: ValidationInput;
  readonly progress: (progress: ValidateProgress) => void;
};
type Seen = { digest: string | undefined; findings: Finding[] };

async function seeAll(
  { engine, progress }: Run,
  files: readonly DocumentSource[],
): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  const own = TIERS.filter((tier) => tier !== 'links' && tier !== 'external' && engine.tiers.includes(tier));
  for (const tier of own) progress({ kind: 'tier', tier, state: 'started' });
  await engine.run(files, {
    onResult: (result) => {
      const findings = TIERS.flatMap((tier) => result.findings[tier] ?? []);
      seen.set(result.file, { digest: result.digest, findings });
      progress({ kind: 'file', result, completed: seen.size, total: files.length });
    },
  });
  for (const tier of own) progress({ kind: 'tier', tier, state: 'completed' });
  const onResult = ({ file, findings }: TierResult): void => void seen.get(file)?.findings.push(...findings);
  const later = (['links', 'external'] as const).filter((tier) => engine.tiers.includes(tier));
  await Promise.all(
    later.map(async (tier) => {
      progress({ kind: 'tier', tier, state: 'started' });
      await engine[tier]({ onResult });
      progress({ kind: 'tier', tier, state: 'completed' });
    }),
  );
  for (const { findings } of seen.values()) findings.sort(byPlace);
  return seen;
}

async function recommendAll(
  { engine, progress }: Run,
  files: readonly DocumentSource[],
  seen: ReadonlyMap<string, Seen>,
): Promise<readonly RecommendationDraft[]> {
  progress({ kind: 'tier', tier: 'recommend', state: 'started' });
  const reviewed = files.flatMap((source) => {
    const one = seen.get(source.file);
    return one?.digest === undefined ? [] : [{ source, digest: one.digest, findings: one.findings }];
  });
  const drafts: RecommendationDraft[] = [];
  await engine.recommend(reviewed, { onResult: (draft) => drafts.push(draft) });
  progress({ kind: 'tier', tier: 'recommend', state: 'completed' });
  return drafts;
}

function reportOf(
  input: ValidationInput,
  findings: readonly Finding[],
): Pick<Report, 'findings' | 'summary'> {
  const summary = newSummary();
  addToSummary(summary, findings, input.profile);
  return { findings, summary };
}

/** What could not be read counts as a file that failed. */
function filesOf(
  seen: ReadonlyMap<string, Seen>,
  unread: readonly Finding[],
  { profile }: ValidationInput,
): readonly FileSummary[] {
  const missing = new Map<string, Finding[]>();
  for (const finding of unread) missing.set(finding.file, [...(missing.get(finding.file) ?? []), finding]);
  const rows = [
    ...seen,
    ...[...missing].map(([file, findings]) => [file, { digest: undefined, findings }] as const),
  ];
  return rows.map(([file, { digest, findings }]) => {
    const counts = countSeverities(findings);
    return { file, ...(digest === undefined ? {} : { digest }), verdict: verdictOf(counts, profile), counts };
  });
}

async function isSmall(files: readonly DocumentSource[]): Promise<boolean> {
  if (files.length > SMALL.files) return false;
  let bytes = 0;
  for (const { path, text } of files)
    bytes +=
      text?.length ??
      (path === undefined
        ? 0
        : await stat(path).then(
            ({ size }) => size,
            () => 0,
          ));
  return bytes <= SMALL.bytes;
}
