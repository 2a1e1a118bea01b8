/** Is it this very process that answers at the public URL? A stale one there must not go unnoticed. */
import type { ProbeFinding } from '@greenlight/server/http/self-probe-report';
import type { ServerInfo } from '@greenlight/server/info';
import { call, errorText, readAll } from './http-call.ts';
import type { Place } from './place.ts';

/** Null when it does, or when something answers that cannot be told from it. */
export async function whoAnswers(
  place: Place,
  { node }: Pick<ServerInfo, 'node'>,
  attempt: string,
): Promise<ProbeFinding | null> {
  try {
    const response = await call({ place, attempt, path: '/health/live', headers: {} });
    const live = decoded(await readAll(response));
    return live === null || live['node'] === node ? null : anotherProcess(place, live);
  } catch (error) {
    return {
      cause: 'public_url_unreachable',
      detail: `${place.url} cannot be reached from here: ${errorText(error)}.`,
      fix: 'Start the proxy, or correct GREENLIGHT_PUBLIC_URL; if only this machine cannot reach it, nothing is wrong.',
    };
  }
}

function anotherProcess({ url }: Place, { pid, build, startedAt }: Record<string, unknown>): ProbeFinding {
  const who = `pid ${JSON.stringify(pid)}, build ${JSON.stringify(build)}, since ${JSON.stringify(startedAt)}`;
  return {
    cause: 'another_process',
    detail: `Another Greenlight answers at ${url} (${who}), not this one.`,
    fix: 'Stop it, or have the proxy pass on to this one.',
  };
}

/** The health answer, if it is one. */
function decoded(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'node' in value ? { ...value } : null;
  } catch {
    return null;
  }
}
