/** One attempt as a ladder: what was checked, where it ended, why, and what to do. */
import type { AttemptOutcome, AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type { CheckedStage, Stage, StageOutcome } from '@greenlight/protocol/codes';
import { hopText } from '@greenlight/protocol/hop';
import type { Problem } from '@greenlight/protocol/problem';
import { paint } from '../output.ts';
import { wrap } from '../wrap.ts';

/** What anybody may know of it (`GET /api/v1/handshakes/{attempt}`). */
export type Verdict = {
  readonly outcome: AttemptOutcome;
  readonly attempt: string;
  readonly at: string;
  readonly checked: readonly CheckedStage[];
} & Partial<Pick<Problem, 'type' | 'title' | 'status' | 'code' | 'detail' | 'fix'>>;

const SIGNS = { passed: '✓', failed: '✗', not_reached: '·' } as const satisfies Record<StageOutcome, string>;
const COLOURS = { passed: 'green', failed: 'red', not_reached: 'dim' } as const satisfies Record<
  StageOutcome,
  string
>;
const HEAD = 12;

export function drawAttempt(verdict: Verdict, trace: AttemptTrace | null): string {
  const { attempt, at, type } = verdict;
  const code = trace?.code ?? verdict.code ?? null;
  const detail = trace?.detail ?? verdict.detail ?? null;
  const fix = trace?.fix ?? verdict.fix ?? null;
  const checked = trace?.checked ?? verdict.checked;
  const end = checked.find(({ outcome }) => outcome === 'failed')?.stage;
  const accepted = `${paint('green', '✓')} accepted${trace?.user ? ` as ${trace.user}` : ''}`;
  const title =
    code === null
      ? accepted
      : verdict.outcome === 'accepted'
        ? `${accepted}, then not done: ${paint('bold', code)}`
        : `${paint('red', '✗')} refused${end ? ` at ${end}` : ''}: ${paint('bold', code)}`;
  const said = code === (verdict.code ?? null) ? '' : ` (said to the caller: ${verdict.code ?? 'nothing'})`;
  const status = verdict.status === undefined ? '' : `, HTTP ${verdict.status}`;
  return [
    `${title}${status}${said}\n`,
    wrap(`attempt ${attempt}, ${at}`, '  '),
    '\n',
    ...checked.map((check) => rung(check, { code, trace })),
    '\n',
    ...(detail === null ? [] : [labelled('happened', detail)]),
    ...(fix === null ? [] : [labelled('to do', fix)]),
    ...(trace ? evidence(trace) : []),
    ...(type === undefined ? [] : [labelled('more', type)]),
  ].join('');
}

const labelled = (label: string, text: string): string => wrap(text, `  ${label.padEnd(HEAD)}`);

function rung(
  { stage, outcome }: CheckedStage,
  { code, trace }: { readonly code: string | null; readonly trace: AttemptTrace | null },
): string {
  const beside =
    outcome === 'failed' ? (code ?? '') : outcome === 'passed' && trace ? seen(stage, trace) : '';
  const text = `${SIGNS[outcome]} ${stage.padEnd(HEAD + 1)} ${beside}`.trimEnd();
  return `  ${paint(COLOURS[outcome], text)}\n`;
}

/** What the check looked at. */
function seen(stage: Stage, trace: AttemptTrace): string {
  switch (stage) {
    case 'request':
      return `${trace.method}, ${trace.transport}${trace.secure ? ', TLS' : ''}`;
    case 'host':
      return trace.host ?? '';
    case 'route':
      return trace.path;
    case 'origin':
      return trace.origin ?? 'none';
    case 'rate':
      return trace.address;
    case 'credential':
      return trace.credential === null ? '' : `${trace.credential} ${trace.credentialId ?? ''}`;
    case 'subprotocol':
    case 'account':
    case 'permission':
    case 'capacity':
      return '';
    default:
      return stage satisfies never;
  }
}

function evidence({
  method,
  path,
  transport,
  host,
  origin,
  address,
  hops,
  facts,
  headers,
}: AttemptTrace): string[] {
  const known = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  return [
    labelled('request', `${method} ${path} (${transport})`),
    labelled('from', `${address}, host ${host ?? 'none'}, origin ${origin ?? 'none'}`),
    // Without proxies and their headers the address says it all.
    ...(hops.length > 1 ? hops.map((hop, at) => labelled(at === 0 ? 'by way of' : '', hopText(hop))) : []),
    ...(known.length > 0 ? [labelled('facts', known.join(' '))] : []),
    labelled('headers', headers.join(', ')),
  ];
}
