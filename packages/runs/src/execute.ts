/** Executes a workflow for a live run and writes how it ended. */
import { type LiveRun, RunAborted } from './live-run.ts';
import { RunError, type Workflow } from './workflow.ts';

export async function execute(
  live: LiveRun,
  workflow: Workflow<unknown>,
  onBug: (error: unknown, run: string) => void,
): Promise<void> {
  const { context } = live;
  try {
    const parsed = await workflow.parse(context.run.input);
    if (!parsed.ok) throw new RunError(parsed.detail);
    const result = await workflow.execute(context, parsed.input);
    await live.end('complete', { reason: 'Finished.', result: result ?? null, endedAt: live.now() });
  } catch (error) {
    // Cancelled, stopped or taken over: whoever did that has written why.
    if (context.signal.reason instanceof RunAborted) return;
    if (!(error instanceof RunError)) onBug(error, context.run.id);
    await live.end('fail', { reason: sentenceOf(error), endedAt: live.now() });
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof RunError) return error.message;
  const what = error instanceof Error ? error.message : String(error);
  return `The workflow broke: ${what}. This is a bug; the server's log has the details.`;
}
