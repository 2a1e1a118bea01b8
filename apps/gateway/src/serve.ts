/** The process: settings → compose → listen → self-probe → say so → drain when told to stop. */
import { flushCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import { banner } from './banner.ts';
import { startGateway } from './gateway.ts';
import { loadSettings } from './load-settings.ts';
import type { ReadTls } from './read-tls.ts';
import { unreachableKeys } from './surroundings.ts';

/** sysexits.h EX_CONFIG: something about the set-up has to change before another start makes sense. */
const EX_CONFIG = 78;

async function main(): Promise<void> {
  const loaded = loadSettings({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const { settings, problems, warnings } = loaded;
  if (!settings || problems.length > 0) return refuseToStart(problems);
  warnings.forEach(warn);
  void unreachableKeys(settings).then((warning) => warning !== null && warn(warning));
  const started = await startGateway(settings, process.cwd());
  if (!started.ok) return refuseToStart([started.problem]);
  const { gateway } = started;

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal means "now": whoever sends it has waited long enough.
    if (stopping) process.exit(130);
    stopping = true;
    process.stdout.write(`${signal}: moving clients, then stopping…\n`);
    void gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(
          `greenlight: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const { renewTls } = gateway;
  if (renewTls) process.on('SIGHUP', () => tellRenewed(renewTls()));
  // Last, so that whoever has read it can already stop the process in the right way.
  process.stdout.write(banner({ ...gateway.facts, readyMs: performance.now() }));
  // Now, for a process that is killed keeps nothing at its end.
  flushCompileCache();
}

function tellRenewed({ pair, problems, warnings }: ReadTls): void {
  if (pair)
    process.stdout.write(`SIGHUP: the certificate was read again; it ends on ${pair.certificate.validTo}.\n`);
  else warn(`SIGHUP: ${problems.join(' ')} The certificate from before stays in use.`);
  warnings.forEach(warn);
}

function warn(warning: string): void {
  process.stderr.write(`greenlight: warning: ${warning}\n`);
}

function refuseToStart(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`greenlight: ${problem}\n`);
  process.exitCode = EX_CONFIG;
}

await main();
