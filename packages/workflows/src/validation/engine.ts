/** Runs documents through the tiers, in worker threads, in order, and stops at once when it is told to. */
import { availableParallelism } from 'node:os';
import type {
  DocumentSource,
  Engine,
  EngineCreated,
  FileResult,
  Hooks,
  RecommendationDraft,
  Reviewed,
  Tier,
  TierResult,
} from './api.ts';
import type { Checked, CheckSettings } from './check-document.ts';
import { ExternalChecker } from './check-external.ts';
import { type Known, LinkChecker } from './check-links.ts';
import { type CodeVerdict, Interpreters } from './fences/interpreters.ts';
import { byPlace, Findings } from './findings.ts';
import { type InOrder, inOrder, untilAborted } from './in-order.ts';
import type { ValidationInput } from './input.ts';
import { failedResult, type Job, type JobAnswer } from './jobs.ts';
import { loadData } from './load-data.ts';
import type { OwnRule } from './own-rules.ts';
import { tiersOf } from './profile.ts';
import { openRoots, type Place } from './roots.ts';
import { type JobFailure, type JobOutcome, WorkerPool } from './worker-pool.ts';

export type EngineOptions = {
  readonly input: ValidationInput;
  /** Folders that may be read; relative ones start from `cwd`. */
  readonly roots: readonly string[];
  /** Default: the process' working folder. */
  readonly cwd?: string;
  /** Worker threads. 0: work in this thread, which is ready sooner and blocks it. Default: the smaller of 4 and the cores. */
  readonly concurrency?: number;
  /** Heap of one worker. MiB. Default 1,024. */
  readonly workerMemoryMb?: number;
  /** Whether external links may lead to loopback and private addresses. For the operator to say, never for the input. Default false. */
  readonly allowPrivateAddresses?: boolean;
  readonly signal?: AbortSignal;
};

type Pace = Pick<InOrder<unknown, unknown>, 'limit' | 'window' | 'signal' | 'gate'>;

/** Documents in one message to a worker: enough to hide the message, few enough to show progress. */
const BATCH = 8;
const MAX_WORKERS = 4;

export async function createEngine(options: EngineOptions): Promise<EngineCreated> {
  const { input } = options;
  const place = await openRoots(options.roots, options.cwd ?? process.cwd());
  const data = await loadData(input, place);
  if (!data.ok) return data;
  const { profile, rules, limits } = input;
  const settings: CheckSettings = {
    profile,
    rules,
    limits,
    tiers: tiersOf(input),
    schema: data.schema,
    truth: data.truth,
  };
  const size = options.concurrency ?? Math.min(MAX_WORKERS, availableParallelism());
  const pool =
    size === 0
      ? null
      : new WorkerPool({
          size,
          settings,
          timeoutMs: limits.fileTimeoutMs,
          memoryMb: options.workerMemoryMb ?? 1_024,
        });
  return { ok: true, engine: new ValidationEngine({ ...options, place, settings, pool }) };
}

type Parts = EngineOptions & {
  readonly place: Place;
  readonly settings: CheckSettings;
  readonly pool: WorkerPool | null;
};

type Finished = {
  readonly result: FileResult;
  readonly source: DocumentSource;
  readonly unavailable: readonly string[];
};

class ValidationEngine implements Engine {
  readonly tiers: readonly Tier[];
  readonly #parts: Parts;
  readonly #known = new Map<string, Known>();
  readonly #interpreters = new Interpreters();
  readonly #signal: AbortSignal;
  readonly #abort = (): void => void this.close();
  /** What was said once: that an interpreter is missing is news only the first time. */
  readonly #said = new Set<string>();
  #here: Promise<(job: Job) => JobAnswer> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.tiers = parts.settings.tiers;
    this.#signal = parts.signal ?? new AbortController().signal;
    this.#signal.addEventListener('abort', this.#abort, { once: true });
  }

  async run(files: readonly DocumentSource[], hooks: Hooks<FileResult>): Promise<void> {
    await inOrder(batches(files, this.#width), {
      ...this.#pace(hooks),
      work: async (batch) =>
        await Promise.all(
          (await this.#check(batch)).map((checked, index) => this.#finish(checked, batch[index])),
        ),
      emit: (finished) => {
        for (const one of finished) {
          const result = this.#withNews(one);
          this.restore(one.source, result);
          hooks.onResult(result);
        }
      },
    });
  }

  restore(source: DocumentSource, { file, facts }: Pick<FileResult, 'facts' | 'file'>): void {
    const { text: _, ...place } = source;
    this.#known.set(file, { source: place, facts });
  }

  async links(hooks: Hooks<TierResult>): Promise<void> {
    if (!this.tiers.includes('links')) return;
    const checker = new LinkChecker({
      rules: this.#parts.settings,
      place: this.#parts.place,
      known: this.#known,
      anchorsOf: (path) => this.#anchorsOf(path),
    });
    await this.#tier(hooks, (document) => checker.check(document));
  }

  async external(hooks: Hooks<TierResult>): Promise<void> {
    const { external } = this.#parts.input;
    if (external === null) return;
    const allowPrivate = this.#parts.allowPrivateAddresses ?? false;
    const checker = new ExternalChecker({
      rules: this.#parts.settings,
      external,
      allowPrivate,
      signal: this.#signal,
    });
    await this.#tier(hooks, (document) => checker.check(document));
  }

  async recommend(reviewed: readonly Reviewed[], hooks: Hooks<RecommendationDraft>): Promise<void> {
    const fixable = reviewed.filter(({ findings }) => findings.some(({ fix }) => fix !== undefined));
    await inOrder(fixable, {
      ...this.#pace(hooks),
      work: async (one) => {
        const answer = await this.#do({ kind: 'recommend', reviewed: [one] });
        // A document that cannot be worked on a second time has had its finding the first time.
        return answer.kind === 'recommend' ? answer.drafts.flat() : [];
      },
      emit: (drafts) => {
        for (const draft of drafts) hooks.onResult(draft);
      },
    });
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#interpreters.close();
    await this.#parts.pool?.close();
  }

  get #width(): number {
    return this.#parts.pool?.size ?? 1;
  }

  #pace({ gate }: Pick<Hooks<unknown>, 'gate'>): Pace {
    // Two pieces of work for each worker: one to do and one to begin with right after.
    return { limit: this.#width * 2, window: this.#width * 32, signal: this.#signal, gate };
  }

  async #tier(hooks: Hooks<TierResult>, check: (document: Known) => Promise<TierResult>): Promise<void> {
    const documents = [...this.#known.values()].filter(({ facts }) => facts.links.length > 0);
    await inOrder(documents, {
      ...this.#pace(hooks),
      limit: 32,
      window: 64,
      work: check,
      emit: (result) => {
        if (result.findings.length > 0) hooks.onResult(result);
      },
    });
  }

  /** A batch that fails is done again one by one, so that only the document at fault has the finding. */
  async #check(batch: readonly DocumentSource[]): Promise<readonly Checked[]> {
    const answer = await this.#do({ kind: 'check', files: batch });
    if (answer.kind === 'check') return answer.checked;
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      const failure = answer.kind === 'recommend' ? NO_ANSWER : answer;
      const result = failedResult(only.file, failureOf(failure, this.#parts.settings), this.#parts.settings);
      return [{ result, pending: [] }];
    }
    const singles = await Promise.all(batch.map((source) => this.#check([source])));
    return singles.flat();
  }

  async #do(job: Job): Promise<JobOutcome> {
    const { pool } = this.#parts;
    if (pool !== null) return await untilAborted(pool.run(job), this.#signal);
    // Let what waits in this thread go first.
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal.throwIfAborted();
    this.#here ??= import('./jobs.ts').then(({ Jobs }) => {
      const jobs = new Jobs(this.#parts.settings);
      return (one) => jobs.do(one);
    });
    const work = await this.#here;
    try {
      return work(job);
    } catch (error) {
      return { kind: 'crashed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async #finish({ result, pending }: Checked, given: DocumentSource | undefined): Promise<Finished> {
    const source = given ?? { file: result.file };
    if (pending.length === 0) return { result, source, unavailable: [] };
    const verdicts = await untilAborted(
      Promise.all(pending.map((code) => this.#interpreters.check(code))),
      this.#signal,
    );
    const findings = new Findings(result.file, this.#parts.settings, null);
    const unavailable: string[] = [];
    verdicts.forEach((verdict, index) => {
      const rows = pending[index]?.rows ?? [];
      if (verdict.kind === 'unchecked' && verdict.once) unavailable.push(verdict.message);
      else reportVerdict(verdict, rows, findings);
    });
    return { result: withSyntax(result, findings), source, unavailable };
  }

  #withNews({ result, unavailable }: Finished): FileResult {
    const news = [...new Set(unavailable)].filter((message) => !this.#said.has(message));
    if (news.length === 0) return result;
    const findings = new Findings(result.file, this.#parts.settings, null);
    for (const message of news) {
      this.#said.add(message);
      findings.own('syntax', 'fence/not-checked', { message });
    }
    return withSyntax(result, findings);
  }

  async #anchorsOf(path: string): Promise<readonly string[] | null> {
    const answer = await this.#do({ kind: 'check', files: [{ file: path, path }] });
    const result = answer.kind === 'check' ? answer.checked[0]?.result : undefined;
    return result?.digest === undefined ? null : result.facts.anchors;
  }
}

const NO_ANSWER: JobFailure = { kind: 'crashed', reason: 'it gave another answer' };

function failureOf(failure: JobFailure, settings: CheckSettings): { rule: OwnRule; message: string } {
  switch (failure.kind) {
    case 'timeout': {
      const { fileTimeoutMs } = settings.limits;
      const message = `The document took longer than ${fileTimeoutMs} ms, so it was given up (\`limits.fileTimeoutMs\`).`;
      return { rule: 'file/timeout', message };
    }
    case 'crashed':
      return {
        rule: 'file/crashed',
        message: `The document ended the process that read it: ${failure.reason}.`,
      };
    default:
      return failure satisfies never;
  }
}

function reportVerdict(
  verdict: CodeVerdict,
  rows: Checked['pending'][number]['rows'],
  findings: Findings,
): void {
  const row = verdict.kind === 'problem' ? (rows[verdict.row] ?? rows.at(-1)) : rows[0];
  const at = { line: row?.line ?? 1, column: row?.column ?? 1 };
  const excerpt = row?.excerpt ?? '';
  switch (verdict.kind) {
    case 'fine':
      return;
    case 'unchecked':
      findings.add('syntax', 'fence/not-checked', { at, message: verdict.message, excerpt });
      return;
    case 'problem': {
      const column = at.column + Math.min(verdict.column, (row?.text.length ?? 0) + 1) - 1;
      findings.add('syntax', verdict.rule, { at: { ...at, column }, message: verdict.message, excerpt });
      return;
    }
    default:
      verdict satisfies never;
  }
}

function withSyntax(result: FileResult, more: Findings): FileResult {
  const added = more.byTier().syntax ?? [];
  if (added.length === 0) return result;
  const syntax = [...(result.findings.syntax ?? []), ...added].toSorted(byPlace);
  return { ...result, findings: { ...result.findings, syntax } };
}

/** The first ones are single, so that a first result is there soon. */
function* batches(files: readonly DocumentSource[], singles: number): Generator<readonly DocumentSource[]> {
  let at = 0;
  for (; at < Math.min(singles, files.length); at++) yield files.slice(at, at + 1);
  for (; at < files.length; at += BATCH) yield files.slice(at, at + BATCH);
}
