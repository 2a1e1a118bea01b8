/** Which core a process runs on: the server has one, whoever loads it another. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

export type Role = 'server' | 'load';

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

export const isPinned = hasTaskset && cpus().length > 1;

/** The command line that runs `command` on the core of its role; unchanged where that cannot be. */
export function pinned(role: Role, command: readonly string[]): readonly string[] {
  return isPinned ? ['taskset', '--cpu-list', role === 'server' ? '0' : '1', ...command] : command;
}
