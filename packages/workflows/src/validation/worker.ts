/** The thread in which documents are read and checked, so that the gateway's event loop never is. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckSettings } from './check-document.ts';
import { type Job, type JobAnswer, Jobs } from './jobs.ts';

export type FromWorker = JobAnswer | 'loaded';

const jobs = new Jobs(workerData as CheckSettings);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (job: Job) => tell(jobs.do(job)));
tell('loaded');
