/** The writing thread: takes jobs one after the other, so that a flush to disk never holds up the event loop. */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { compilePolicies } from '../policies.ts';
import { createAppendGroup } from './append-group.ts';
import { createForget } from './forget.ts';
import { packResults, unpackGroup } from './group.ts';
import type { Answer, Job, WriterSettings } from './messages.ts';
import { prepareDatabase } from './schema.ts';

const port = parentPort;
if (!port) throw new Error('sqlite/worker.ts runs as a worker thread, started by sqlite/writer.ts.');
const settings = workerData as WriterSettings;
const say = (answer: Answer): void => port.postMessage(answer);

// Hashed keys and people's documents are in it; the files beside it get the same rights from SQLite.
closeSync(openSync(settings.file, 'a', 0o600));
const db = new DatabaseSync(settings.file, { timeout: 5_000 });
const epoch = prepareDatabase(db);
if (settings.maxFileBytes > 0) {
  const pageSize = Number(db.prepare('PRAGMA page_size').get()?.['page_size']);
  db.exec(`PRAGMA max_page_count = ${Math.floor(settings.maxFileBytes / pageSize)}`);
}
// A backup that runs for long lets the write-ahead log grow; this gives the space back afterwards.
db.exec('PRAGMA journal_size_limit = 67108864');
const appendGroup = createAppendGroup(db);
const forget = createForget(db, compilePolicies(settings.policies, settings.retention));

function answer(job: Job): Answer {
  switch (job.kind) {
    case 'group':
      return { kind: 'group', results: packResults(appendGroup(unpackGroup(job.group))) };
    case 'trim':
      return { kind: 'trimmed', ...forget.trim(job.channel, job.through) };
    case 'retain':
      return { kind: 'trimmed', ...forget.retain(job.now, job.after) };
    case 'close':
      db.close();
      return { kind: 'closed' };
    default:
      job satisfies never;
      throw new Error('unreachable');
  }
}

port.on('message', (job: Job) => {
  try {
    say(answer(job));
  } catch (error) {
    say({ kind: 'failed', detail: (error as Error).message });
  }
  if (job.kind === 'close') port.close();
});

say({ kind: 'ready', epoch });
