/** One HTTP request and its answer, as they are: no path is tidied up, no header is added but `Host`. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { PATIENCE_MS } from './inbox.ts';
import { within } from './within.ts';

/** JSON of unknown shape: what is not there is undefined, and then no expectation fits. */
// oxlint-disable-next-line typescript/no-explicit-any -- a check looks into whatever came and fails if it is not there
export type Json = any;

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Null where the body is not JSON. */
  readonly json: Json;
};

export type Question = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Hangs up. */
  readonly signal?: AbortSignal;
};

/** Gives the response as soon as its head is there. */
export function begin(
  url: URL,
  path: string,
  { method = 'GET', headers, body, signal }: Question,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method,
    path,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    headers: { host: url.host, ...headers },
    agent: false,
    ...(signal && { signal }),
  };
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secure : plain)(options, resolve);
    request.on('error', reject);
    request.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
  return within(PATIENCE_MS, `answer to ${method} ${path}`, answered);
}

export async function ask(url: URL, path: string, question: Question = {}): Promise<Answer> {
  const response = await begin(url, path, question);
  return within(PATIENCE_MS, `end of the answer to ${path}`, read(response));
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) };
}

export function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
