/** What a command came to. Expected failures are values; the code says which, the sentence says what to do. */
import type { Durability } from '@greenlight/protocol/event';
import type { Position } from '@greenlight/protocol/position';
import type { RunSnapshot, RunState } from '@greenlight/protocol/run';
import type { Refusal } from './refusal.ts';
import type { RunHandle } from './run.ts';

export type Failed = {
  readonly ok: false;
  /**
   * Where the connection was lost between the command and its answer, and repeating it could do it twice:
   * `connection_lost`. Look before you repeat.
   */
  readonly code: Refusal['code'];
  readonly detail: string;
  readonly fix?: string;
  readonly retryable: boolean;
  /** Where the server was asked over HTTP. */
  readonly attempt?: string;
};

export type Published =
  | ({ readonly ok: true; readonly durability: Durability; readonly duplicate: boolean } & Position)
  | Failed;
export type Started = { readonly ok: true; readonly run: RunHandle } | Failed;
export type Controlled = { readonly ok: true; readonly workflow: string; readonly state: RunState } | Failed;
/** How following a run ended: with its last snapshot, or because it cannot be followed. */
export type RunEnd = { readonly ok: true; readonly run: RunSnapshot } | Failed;
