/** One request that the ladder let in, as every route handler gets it. */
import type { ServerResponse } from 'node:http';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, TypedResponse } from 'hono';
import type { JSONParsed } from 'hono/utils/types';
import type { Identity } from '@greenlight/handshake/identity';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Problem } from '@greenlight/protocol/problem';
import type { RequestFailure } from './fail.ts';

export type Call = {
  readonly request: HandshakeRequest;
  /** Null only on routes whose credential is `none`. */
  readonly identity: Identity | null;
  /** The canonical path that the plan was made for: routing MUST use no other. */
  readonly path: string;
  readonly response: ServerResponse;
  /** Sends the problem through the one refusal function; the handler returns what this gives. */
  readonly fail: (failure: RequestFailure) => Failed;
};

/** Stands for an answer that was already sent. */
export type Failed = Response &
  TypedResponse<JSONParsed<Problem>, 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503, 'json'>;

export type ApiEnv = { Bindings: Call };
export type Api = OpenAPIHono<ApiEnv>;

/** Who calls. Throws on a public route: that would be a bug in the route table. */
export function callerOf(context: Context<ApiEnv>): Identity {
  const { identity, path } = context.env;
  if (!identity)
    throw new Error(`${path} is public in the route table, but its handler needs to know who calls.`);
  return identity;
}
