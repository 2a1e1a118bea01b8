/** On what it was measured, for whoever reads the figures. */
import { cpus, loadavg, totalmem } from 'node:os';
import { hasCompiler } from './compiler.ts';
import { isPinned } from './pinned.ts';

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly gigabytes: number;
  readonly node: string;
  readonly pinned: boolean;
  readonly compiler: boolean;
};

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  gigabytes: Math.round(totalmem() / 1e9),
  node: process.version,
  pinned: isPinned,
  compiler: hasCompiler,
});

/** Processes that wanted a core in the last minute, on average. */
export const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(1));
