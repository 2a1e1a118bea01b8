/** The answer to `OPTIONS`: which methods there are, and what a page of an allowed origin may send. */
import type { ServerResponse } from 'node:http';
import { ATTEMPT_HEADER } from '@greenlight/protocol/problem';

const REQUEST_HEADERS = ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', ATTEMPT_HEADER];
/** Seconds. */
const MAX_AGE = 600;

/** An origin that is not allowed never comes here: the ladder refused it. */
export function answerOptions(response: ServerResponse, methods: readonly string[]): void {
  const allow = methods.join(', ');
  response.writeHead(204, {
    Allow: allow,
    'Access-Control-Allow-Methods': allow,
    'Access-Control-Allow-Headers': REQUEST_HEADERS.join(', '),
    'Access-Control-Max-Age': MAX_AGE,
  });
  response.end();
}
