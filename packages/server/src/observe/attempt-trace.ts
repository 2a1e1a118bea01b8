/** What an operator may see of one attempt: everything but the credential. */
import { hideCredentials } from '@greenlight/handshake/credential-shape';
import { problemInfo } from '@greenlight/handshake/refusals';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Verdict } from '@greenlight/handshake/verdict';
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';

export function attemptTrace(request: HandshakeRequest, verdict: Verdict): AttemptTrace {
  const { attempt, transport, method, path, address, hops, secure, headers, httpVersion, receivedAt } =
    request;
  const identity = verdict.outcome === 'accepted' ? verdict.identity : null;
  const failure = verdict.outcome === 'refused' ? verdict.failure : null;
  return {
    attempt,
    outcome: verdict.outcome,
    at: new Date(receivedAt).toISOString(),
    transport,
    method,
    httpVersion,
    path: hideCredentials(path),
    address,
    hops,
    secure,
    host: shown(headers.get('host')),
    origin: shown(headers.get('origin')),
    headers: Array.from(headers.keys(), hideCredentials),
    checked: verdict.checked,
    user: identity?.user ?? null,
    credential: identity?.credential ?? null,
    credentialId: identity?.credentialId ?? null,
    stage: verdict.outcome === 'refused' ? verdict.stage : null,
    code: failure?.code ?? null,
    detail: shown(failure?.detail ?? (failure ? problemInfo(failure.code).detail : undefined)),
    fix: failure ? (failure.fix ?? problemInfo(failure.code).fix) : null,
    facts: failure?.operator ? shownFacts(failure.operator) : NO_FACTS,
    ...((identity?.simulated || failure?.operator?.['simulated']) && { simulated: true }),
  };
}

const NO_FACTS: AttemptTrace['facts'] = {};

const shownFacts = (facts: AttemptTrace['facts']): AttemptTrace['facts'] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? hideCredentials(value) : value,
    ]),
  );

const shown = (text: string | undefined): string | null =>
  text === undefined ? null : hideCredentials(text);
