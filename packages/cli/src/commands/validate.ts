/** `greenlight validate`: documents through the engine, in this process or as a run of a server. */
import { writeFile } from 'node:fs/promises';
import { SEVERITIES, type Severity } from '@greenlight/protocol/review';
import { type Report } from '@greenlight/workflows/validation/api';
import { type Command, defineCommand, UsageError } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruption } from '../interrupt.ts';
import { note, print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { tellFailure } from '../tell-failure.ts';
import { printReport } from '../validate/print-report.ts';
import { showProgress } from '../validate/progress.ts';

const definition = defineCommand({
  usage: '<paths…> [options]',
  about:
    'Checks Markdown files, folders or globs: syntax, style, structure, code, links, metadata and, if given, truth data. Works alone; with --server it is a run of a server, whose start folder the paths are relative to.',
  options: {
    profile: { type: 'string', value: 'NAME', about: 'strict, default, quick or content_only.' },
    schema: { type: 'string', value: 'FILE', about: 'What front matter must look like, YAML or JSON.' },
    truth: { type: 'string', value: 'FILE', about: 'What the text must agree with, YAML or JSON.' },
    external: { type: 'boolean', about: 'Ask the web about external links.' },
    'fail-on': {
      type: 'string',
      value: 'SEVERITY',
      about: 'Least severity that makes the exit code 1: error, warning (default) or info.',
    },
    json: { type: 'boolean', about: 'Print one JSON document with "findings", and nothing else.' },
    report: {
      type: 'string',
      value: 'FILE',
      about: 'Also write a report: JSON if the name ends with .json, else Markdown.',
    },
    sarif: { type: 'string', value: 'FILE', about: 'Also write the findings as SARIF 2.1.0.' },
    server: {
      type: 'boolean',
      about: 'Run it on a server; an address may follow: --server http://127.0.0.1:8585.',
    },
    ...SERVER_OPTIONS,
  },
  examples: [
    'greenlight validate docs README.md',
    'greenlight validate "docs/**/*.md" --profile strict --truth truth.yaml --sarif findings.sarif',
    'greenlight validate docs --json | jq ".findings[] | select(.severity == \\"error\\")"',
    'greenlight validate docs --server',
  ],
  async run(values, paths) {
    const { profile, schema, truth, external, json = false, server = false } = values;
    if (paths.length === 0) throw new UsageError('The paths are missing: files, folders or globs.');
    const failOn = severityFrom(values['fail-on']);
    const input = {
      paths,
      ...(profile !== undefined && { profile }),
      ...(schema !== undefined && { schema }),
      ...(truth !== undefined && { truth }),
      ...(external !== undefined && { external }),
    };
    const address = server || values.url !== undefined ? findServer(values) : null;
    const progress = showProgress();
    const signal = interruption();
    const outcome = address
      ? await import('../validate/run-on-server.ts').then(({ runOnServer }) =>
          runOnServer(input, { server: address, progress, signal }),
        )
      : await import('../validate/run-here.ts').then(({ runHere }) => runHere(input, progress, signal));
    progress.end();
    switch (outcome.kind) {
      case 'interrupted':
        note('Interrupted.');
        return EXIT.interrupted;
      case 'failed':
        tellFailure(outcome.failure);
        return EXIT.couldNotRun;
      case 'report':
        return deliver(outcome.report, { json, failOn, report: values.report, sarif: values.sarif });
      default:
        return outcome satisfies never;
    }
  },
});

/** `--server URL` and `--server=URL` are `--server --url URL`. */
function withServerAddress(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, at) => {
    if (arg.startsWith('--server=')) return ['--server', '--url', arg.slice('--server='.length)];
    if (arg === '--server' && /^https?:\/\//.test(args[at + 1] ?? '')) return ['--server', '--url'];
    return [arg];
  });
}

export const command: Command = { ...definition, run: (args) => definition.run(withServerAddress(args)) };

type Delivery = {
  readonly json: boolean;
  readonly failOn: Severity;
  readonly report: string | undefined;
  readonly sarif: string | undefined;
};

async function deliver(report: Report, { json, failOn, report: file, sarif }: Delivery): Promise<ExitCode> {
  if (json) await print(`${JSON.stringify(report)}\n`);
  else await printReport(report);
  const { renderReport } = await import('@greenlight/workflows/validation/report');
  try {
    if (file !== undefined)
      await writeFile(file, renderReport(report, file.endsWith('.json') ? 'json' : 'md'));
    if (sarif !== undefined) await writeFile(sarif, renderReport(report, 'sarif'));
  } catch (error) {
    note(`The report could not be written: ${(error as Error).message}.`);
    return EXIT.couldNotRun;
  }
  if (!report.files.some(({ digest }) => digest !== undefined)) {
    note(
      'No document was checked: nothing that was named is a readable Markdown file or a folder with some.',
    );
    return EXIT.couldNotRun;
  }
  const worst = SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1);
  return worst.some((severity) => report.summary.counts[severity] > 0) ? EXIT.findings : EXIT.clean;
}

function severityFrom(text: string | undefined): Severity {
  const severity = SEVERITIES.find((name) => name === (text ?? 'warning'));
  if (!severity) throw new UsageError(`--fail-on is error, warning or info, not ${JSON.stringify(text)}.`);
  return severity;
}
