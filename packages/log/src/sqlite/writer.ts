/** The main thread's end of the writing thread. */
import { Worker } from 'node:worker_threads';
import { LogOpenError, type LogOpenCode } from '../log-open-error.ts';
import type { Answer, AnswerTo, Job, WriterSettings } from './messages.ts';

export type Writer = {
  readonly epoch: string;
  /** Rejects when the job failed as a whole or the thread is gone. Answers come in the order of the jobs. */
  readonly ask: <K extends Job['kind']>(job: Extract<Job, { kind: K }>) => Promise<AnswerTo<K>>;
};

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void };

/** Starts the thread and waits until the database is open. Rejects with `LogOpenError` when it cannot be. */
export async function startWriter(settings: WriterSettings): Promise<Writer> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings, execArgv: [] });
  const waiting: Waiting[] = [];
  let gone: Error | null = null;
  worker.on('message', (answer: Answer) => {
    const first = waiting.shift();
    if (answer.kind === 'failed') first?.reject(new Error(answer.detail));
    else first?.resolve(answer);
  });
  const lost = (error: Error): void => {
    gone ??= error;
    for (const { reject } of waiting.splice(0)) reject(gone);
  };
  worker.on('error', lost);
  worker.on('exit', () => lost(new Error('The log is closed.')));

  const answer = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (gone) reject(gone);
      else waiting.push({ resolve, reject });
    });
  const ready = await answer().catch((error: unknown) => {
    throw openError(error as Error, settings.file);
  });
  return {
    epoch: (ready as Extract<Answer, { kind: 'ready' }>).epoch,
    ask: async <K extends Job['kind']>(job: Extract<Job, { kind: K }>) => {
      const answered = answer();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
      worker.postMessage(job);
      return (await answered) as AnswerTo<K>;
    },
  };
}

/** An error loses its class, not its fields, on the way out of the thread. */
function openError(error: Error, file: string): LogOpenError {
  const { name, code, errcode } = error as Error & { code?: string; errcode?: number };
  if (name === 'LogOpenError') return new LogOpenError(code as LogOpenCode, error.message);
  const SQLITE_CORRUPT = 11;
  const SQLITE_NOTADB = 26;
  switch ((errcode ?? 0) & 0xff) {
    case SQLITE_NOTADB:
      return new LogOpenError(
        'not_a_greenlight_database',
        `${file} is not a Greenlight database; move it away.`,
      );
    case SQLITE_CORRUPT:
      return new LogOpenError('database_damaged', `${file} is damaged (${error.message}); restore a backup.`);
    default:
      return new LogOpenError(
        'folder_unusable',
        `${file} cannot be opened (${error.message}); check its owner and the disk.`,
      );
  }
}
