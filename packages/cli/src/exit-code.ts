/** What a command's end says to a script. */
export const EXIT = {
  clean: 0,
  findings: 1,
  couldNotRun: 2,
  /** sysexits.h EX_CONFIG: a setting has to change first. */
  configuration: 78,
  /** 128 + SIGINT: stopped from outside before it was done. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
