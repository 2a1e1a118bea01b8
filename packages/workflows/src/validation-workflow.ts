/** The workflow of kind `validation`: documents through the tiers, results as they come, recommendations at the end. */
import { basename } from 'node:path';
import type { Log } from '@greenlight/log/log';
import { RunError, type RunContext, type Workflow } from '@greenlight/runs/workflow';
import { pagesOf, RECOMMENDATIONS, VALIDATION_FACTS, VALIDATIONS } from './collections.ts';
import { type Documents, placeDocuments } from './documents.ts';
import { recommendAll } from './recommend-all.ts';
import { seeDocuments } from './see-documents.ts';
import { seeLinks } from './see-links.ts';
import { createTally } from './tally.ts';
import type { Discovery, Engine, Summary } from './validation/api.ts';
import { parseValidationInput, type ValidationInput } from './validation/input.ts';
import { addToSummary, newSummary } from './validation/summarise.ts';
import type { Validation } from '@greenlight/protocol/review';

export type ValidationWorkflowOptions = {
  readonly log: Log;
  /** Folders that may be read. */
  readonly roots: readonly string[];
  /** The start folder: relative paths begin there. */
  readonly cwd: string;
  readonly clock: () => number;
  /** Whether external links may lead to loopback and private addresses. Default false. */
  readonly allowPrivateAddresses?: boolean;
};

/** What a completed validation run answers. */
export type ValidationResult = Summary & { readonly durationMs: number };

/** What the parts of one run share. */
export type ValidationRun = {
  readonly log: Log;
  readonly context: RunContext;
  readonly engine: Engine;
  readonly input: ValidationInput;
  readonly documents: Documents;
  readonly tally: ReturnType<typeof createTally>;
  readonly clock: () => number;
};

export function createValidationWorkflow(options: ValidationWorkflowOptions): Workflow<ValidationInput> {
  const { log, roots, cwd, clock, allowPrivateAddresses = false } = options;

  return {
    kind: 'validation',
    unit: 'files',

    parse(value) {
      const parsed = parseValidationInput(value);
      return parsed.ok ? { ok: true, input: parsed.input, title: titleOf(parsed.input) } : parsed;
    },

    async execute(context, input) {
      const { signal } = context;
      const began = performance.now();
      // Parsers and linter are half of all code here, and many servers never check a document.
      const [{ discover }, { createEngine }] = await Promise.all([
        import('./validation/discover.ts'),
        import('./validation/engine.ts'),
      ]);
      const discovery = await context.step('discover', 'Find documents', async (step): Promise<Discovery> => {
        const { files, findings } = await discover(input, { roots, cwd, signal });
        step.progress({
          completed: files.length,
          total: files.length,
        });
        // Text that came with the input is in the run's record already.
        return { files: files.map(({ text: _text, ...source }) => source), findings };
      });
      const created = await createEngine({ input, roots, cwd, signal, allowPrivateAddresses });
      if (!created.ok) throw new RunError(created.detail);
      const { engine } = created;
      const documents = placeDocuments(context.run.id, discovery, input);
      const run = { log, context, engine, input, documents, tally: createTally(context.run.counts), clock };
      try {
        await seeDocuments(run);
        await seeLinks(run);
        if (input.recommend) await recommendAll(run);
      } finally {
        await engine.close();
      }
      await forgetFacts(log, context.run.id);
      const durationMs = Math.round(performance.now() - began);
      return { ...(await summarise(log, context.run.id, input)), durationMs } satisfies ValidationResult;
    },
  };
}

function titleOf({ paths = [], content = [] }: ValidationInput): string {
  const names = [
    ...paths.map((path) => (path === '.' ? 'this folder' : path)),
    ...content.map(({ name }) => name),
  ];
  const [first = '', second] = names;
  if (names.length > 2) return `Validate ${basename(first)} and ${names.length - 1} more`;
  return `Validate ${first}${second === undefined ? '' : ` and ${second}`}`;
}

async function summarise(log: Log, run: string, { profile }: ValidationInput): Promise<Summary> {
  const summary = newSummary();
  for await (const page of pagesOf(log, VALIDATIONS, { parent: run }))
    for (const { value } of page) addToSummary(summary, (value as Validation).findings, profile);
  return { ...summary, recommendations: await log.count(RECOMMENDATIONS, run) };
}

async function forgetFacts(log: Log, run: string): Promise<void> {
  for await (const page of pagesOf(log, VALIDATION_FACTS, { parent: run }))
    await log.append({
      appends: [],
      records: page.map(({ id }) => ({ collection: VALIDATION_FACTS, id, value: null })),
    });
}
