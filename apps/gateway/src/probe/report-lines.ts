/** The self-probe's report on one screen: a line for each transport and place, more only where something differs. */
import type { SelfProbeReport } from '@greenlight/server/http/self-probe-report';

export function reportLines({ transports, findings, complete }: SelfProbeReport): readonly string[] {
  const width = Math.max(...transports.map(({ url }) => url.length));
  return [
    'Self-probe, through real sockets, with no, wrong, expired, used and good credentials:',
    ...transports.flatMap(({ transport, url, ok, seen, ms, detail }) => [
      `  ${ok ? '✓' : '✗'} ${transport.padEnd(10)} ${url.padEnd(width)}  ${seen} (${ms} ms)`,
      ...(detail === undefined ? [] : [`      ${detail}`]),
    ]),
    ...findings.flatMap(({ detail, fix }) => [`  ! ${detail}`, `      ${fix}`]),
    ...(complete ? [] : ['  … holding connections open to see whether anything cuts them']),
  ];
}
