/** What a process has used: processor time of all its threads and of the kernel for it, and memory. */
import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;

/** µs: the scheduler's own account of each thread where the kernel gives it, otherwise in steps of 10,000. */
export function cpuTimeOf(pid: number): number {
  try {
    return exactTimeOf(pid);
  } catch {
    return tickedTimeOf(pid);
  }
}

/** `/proc/<pid>/task/<thread>/schedstat`, first field, ns (Documentation/scheduler/sched-stats.rst). */
function exactTimeOf(pid: number): number {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  return nanos / 1_000;
}

/** `/proc/<pid>/stat`, utime and stime (proc(5)). */
function tickedTimeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name in parentheses and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK;
}

const PAGE_BYTES = 4_096;

/** Resident: `/proc/<pid>/statm`, second field. */
export function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
}
