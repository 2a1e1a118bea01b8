/** What a person needs to know after a start, and nothing else. */
import type { SelfProbeReport } from '@greenlight/server/http/self-probe-report';
import type { ServerInfo } from '@greenlight/server/info';
import { reportLines } from './probe/report-lines.ts';

export type Banner = {
  readonly info: ServerInfo;
  /** Where it listens, `http://127.0.0.1:8585`. */
  readonly address: string;
  readonly data: string;
  /** Absent outside development. */
  readonly signIn?: { readonly code: string; readonly minutes: number };
  readonly keyFile?: string;
  readonly probe: SelfProbeReport;
  readonly readyMs: number;
};

export function banner({ info, address, data, signIn, keyFile, probe, readyMs }: Banner): string {
  const base = info.publicUrl;
  const page = `${base}/dashboard/`;
  const lines = [
    `Greenlight ${info.version} · build ${info.build} · ${info.environment} · pid ${info.pid}`,
    '',
    signIn ? `  Dashboard  ${page}#code=${signIn.code}` : `  Dashboard  ${page}`,
    ...(signIn ? [`             signs you in once, within ${signIn.minutes} minutes`] : []),
    `  API        ${address}/api/v1`,
    `  WebSocket  ${address.replace(/^http/, 'ws')}/api/v1/ws`,
    `  Reference  ${base}/docs`,
    `  Data       ${data}${keyFile ? ` (API key for the command line: ${keyFile})` : ''}`,
    '',
    ...reportLines(probe),
    '',
    `ready in ${Math.round(readyMs)} ms. Ctrl-C stops it.`,
  ];
  return `${lines.join('\n')}\n`;
}
