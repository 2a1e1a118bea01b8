/** The one way out for every refusal: it writes the answer and tells all who watch. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Verdict } from '@greenlight/handshake/verdict';
import type { CloseCode } from '@greenlight/protocol/codes';
import type { RefusalPush } from '@greenlight/protocol/frames';
import type { Problem } from '@greenlight/protocol/problem';

export type Exit =
  | { readonly kind: 'http'; readonly response: ServerResponse }
  /** A raw HTTP answer on a socket that asked to upgrade. */
  | { readonly kind: 'socket'; readonly socket: Duplex }
  | {
      readonly kind: 'frame';
      readonly send: (push: RefusalPush) => void;
      readonly close: (code: CloseCode, reason: string) => void;
    };

export type Refused = Extract<Verdict, { outcome: 'refused' }>;
export type AcceptedVerdict = Extract<Verdict, { outcome: 'accepted' }>;

/** Gives the problem that was sent. */
export type Refuse = (request: HandshakeRequest, verdict: Refused, exit: Exit) => Problem;
export type RecordAccepted = (request: HandshakeRequest, verdict: AcceptedVerdict) => void;
