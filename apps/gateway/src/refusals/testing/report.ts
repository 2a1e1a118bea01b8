/** docs/refusals.md: what was seen of each refusal, by a page's script, by curl and by the operator. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { type RefusalCode, REFUSAL_CODES } from '@greenlight/protocol/codes';
import type { Transport } from '@greenlight/protocol/transport';
import { WHY_NOT } from './cells.ts';
import type { PageSight } from './page.ts';
import type { Sight } from './sight.ts';

export type Row = {
  readonly code: RefusalCode;
  readonly transport: Transport;
  readonly curl: Sight;
  readonly trace: AttemptTrace;
  /** Text: why no page can cause it. */
  readonly page: PageSight | string;
};

export function report(rows: readonly Row[]): string {
  const parts = REFUSAL_CODES.map((code) =>
    section(
      code,
      rows.filter((row) => row.code === code),
    ),
  );
  return `${INTRODUCTION}${parts.join('')}`;
}

const INTRODUCTION = `---
title: Refusals as they are seen
description: 'Every code on every transport: what a script in a page can see of it, what curl sees, and what the operator sees. Written by the tests.'
---

This page is written by the test that provokes each refusal on real sockets: with raw bytes, as curl sends them, and from
a page in a real Chromium, of an origin that is allowed unless the refusal is about the origin. All of it is what the
server in development tells (\`explain: full\`); in production codes about credentials are folded, for everybody but the
operator.

A page's script never sees the HTTP answer to a failed WebSocket: it gets close code 1006 and no reason. Greenlight
therefore opens the socket of a page that offered \`greenlight.v1\`, says why in a frame, and closes it. Where that is not
possible the page names the attempt in the address (\`?attempt=\`) and asks
\`GET /api/v1/handshakes/{attempt}\`. A bare \`EventSource\` gets one \`error\` event that says nothing.
`;

const TITLES: Readonly<Record<Transport, string>> = {
  websocket: 'WebSocket',
  sse: 'SSE',
  'long-poll': 'long-poll',
  rest: 'REST',
};

function section(code: RefusalCode, rows: readonly Row[]): string {
  const table = [
    '| transport | a page sees | curl sees | the operator sees |',
    '|---|---|---|---|',
    ...alike(rows),
  ];
  const reasons = Map.groupBy(
    WHY_NOT.filter((place) => place.code === code),
    ({ why }) => why,
  );
  const whyNot = [...reasons].map(
    ([why, places]) => `Not over ${places.map(({ transport }) => TITLES[transport]).join(', ')}: ${why}`,
  );
  const parts = [
    ...(rows.length > 0 ? [table.join('\n')] : []),
    ...(whyNot.length > 0 ? [whyNot.join('\n\n')] : []),
  ];
  return `\n## [${code}](codes/${code}.md)\n\n${parts.join('\n\n')}\n`;
}

/** One line for all transports of which the same is to be said. */
function alike(rows: readonly Row[]): readonly string[] {
  const transports = Map.groupBy(rows, (row) => `${pageSees(row)} | ${curlSees(row)} | ${operatorSees(row)}`);
  return [...transports].map(
    ([seen, same]) => `| ${same.map(({ transport }) => TITLES[transport]).join(', ')} | ${seen} |`,
  );
}

/** For whoever reads the answer to a request, whatever it is called there. */
const TOLD = ['www-authenticate', 'allow', 'upgrade', 'retry-after'];

const answer = ({ status, problem, headers }: Sight): string =>
  [`${status} \`${problem?.code ?? '?'}\``, ...TOLD.filter((name) => headers.has(name)).map(properName)].join(
    ', ',
  );

const curlSees = ({ curl }: Row): string => answer(curl);

function pageSees({ page }: Row): string {
  if (typeof page === 'string') return `cannot cause it: ${page}`;
  const { refusal, close, status, asked } = page;
  if (refusal && close) return `frame \`refusal\` with \`${refusal.code}\`, close ${close.code}`;
  const blind = close ? `close ${close.code} without a reason` : '`TypeError` without a reason';
  return status === null ? `${blind}; asked for the attempt: ${verdictIn(asked.body)}` : answer(page);
}

function verdictIn(body: string | undefined): string {
  const { code, outcome } = JSON.parse(body ?? '{}') as { code?: string; outcome?: string };
  return `\`${code ?? outcome ?? 'nothing'}\``;
}

function operatorSees({ trace: { stage, facts } }: Row): string {
  const names = Object.keys(facts);
  return `stage \`${stage}\`${names.length > 0 ? `; ${names.map((name) => `\`${name}\``).join(', ')}` : ''}`;
}

const properName = (name: string): string =>
  `\`${name === 'www-authenticate' ? 'WWW-Authenticate' : name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())}\``;
