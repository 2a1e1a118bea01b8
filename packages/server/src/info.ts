/** Which process this is, so that a stale one cannot go unnoticed. */
export type ServerInfo = {
  /** Random for each process: `n_` and 8 characters. */
  readonly node: string;
  readonly version: string;
  /** Git commit or content hash of the code that runs. */
  readonly build: string;
  readonly pid: number;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** What people and pages reach it by, without a trailing slash. */
  readonly publicUrl: string;
  readonly environment: 'development' | 'staging' | 'production';
};
