/** Refuses what never became a request: bytes of something else, silence, a TLS handshake that failed. */
import type { Socket } from 'node:net';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure } from '@greenlight/handshake/verdict';
import { type Stage, STAGES } from '@greenlight/protocol/codes';
import { clientOf } from './client-address.ts';
import type { Services } from './services.ts';

/** Answers in plain HTTP, or not at all on a socket that can no longer be written to. */
export type RefuseUnread = (socket: Socket, failure: Failure, stage?: Stage) => void;

export function createRefuseUnread({
  attempts,
  clock,
  refuse,
  settings,
}: Pick<Services, 'attempts' | 'clock' | 'refuse' | 'settings'>): RefuseUnread {
  return (socket, failure, at = 'request') => {
    const request: HandshakeRequest = {
      attempt: attempts.claim(null),
      transport: 'rest',
      method: '',
      target: '',
      path: '',
      query: new URLSearchParams(),
      headers: new Map(),
      httpVersion: '1.1',
      ...clientOf(socket, new Map(), settings.trustedProxies),
      receivedAt: clock(),
    };
    const checked = STAGES.map(
      (stage) => ({ stage, outcome: stage === at ? 'failed' : 'not_reached' }) as const,
    );
    refuse(request, { outcome: 'refused', stage: at, failure, checked }, { kind: 'socket', socket });
  };
}
