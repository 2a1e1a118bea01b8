/** The thread in which documents are read and checked, so that the gateway's event loop never is. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckSettings } from './check-document.ts';
import { type Job, Jobs } from './jobs.ts';

const jobs = new Jobs(workerData as CheckSettings);

parentPort?.on('message', (job: Job) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(jobs.do(job));
});
