/** A validation as a run of a server, followed live with the SDK. */
import type { RunSnapshot } from '@greenlight/protocol/run';
import type { Report } from '@greenlight/workflows/validation/api';
import { ask } from '../ask.ts';
import { connect } from '../connect.ts';
import type { ServerAddress } from '../server-address.ts';
import { tellConnection } from '../tell-connection.ts';
import type { Input, Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';

type Where = { readonly server: ServerAddress; readonly progress: Progress; readonly signal: AbortSignal };

export async function runOnServer(input: Input, { server, progress, signal }: Where): Promise<Outcome> {
  const client = connect(server);
  try {
    const started = await client.start('validation', input);
    if (!started.ok) return { kind: 'failed', failure: started };
    const { run } = started;
    tellConnection(client);
    progress.stage(`run ${run.id}`);
    // Who started it and no longer wants it does not want the server to go on with it.
    const cancel = (): void => void run.cancel();
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    run.snapshot.subscribe((snapshot) => snapshot && show(snapshot, progress));
    const end = await run.done;
    if (!end.ok) return { kind: 'failed', failure: end };
    return end.run.state === 'completed' ? await reportOf(run.id, server) : unfinished(end.run);
  } finally {
    client.close();
  }
}

function show({ progress: { completed, total, message }, steps }: RunSnapshot, progress: Progress): void {
  if (total !== undefined) progress.files(completed, total);
  const running = steps.filter(({ state }) => state === 'running').map(({ title }) => title);
  const now = message ?? running.at(-1);
  if (now !== undefined && process.stderr.isTTY) progress.stage(now);
}

function unfinished({ id, state, reason }: RunSnapshot): Outcome {
  if (state === 'cancelled') return { kind: 'interrupted' };
  return {
    kind: 'failed',
    failure: { code: `run_${state}`, detail: reason ?? `The run ${id} is ${state}.` },
  };
}

async function reportOf(id: string, server: ServerAddress): Promise<Outcome> {
  const answer = await ask(server, `api/v1/workflows/${id}/report?format=json`);
  if (!answer.ok) return { kind: 'failed', failure: answer.failure };
  return { kind: 'report', report: JSON.parse(answer.text) as Report };
}
