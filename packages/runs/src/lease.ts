/**
 * Who executes a run, and until when that counts. Each append of an executor names the lease's version, so one that
 * was replaced, paused or cancelled from elsewhere cannot write any more: the lease is its fence.
 */
import type { RecordWrite } from '@greenlight/log/log';

export const RUN_LEASES = 'run_leases';

/** `holder` null: nobody executes the run now. The record stays, so that its version never starts again. */
export type Lease = { readonly holder: string | null; readonly until: number };

export const holdLease = (run: string, lease: Lease): RecordWrite => ({
  collection: RUN_LEASES,
  id: run,
  value: lease,
});

export const freeLease = (run: string): RecordWrite => holdLease(run, { holder: null, until: 0 });

/** For a run that is over: nobody will hold it again. */
export const dropLease = (run: string): RecordWrite => ({ collection: RUN_LEASES, id: run, value: null });
