/** Is it this very process that answers at the public URL? A stale one there must not go unnoticed. */
import type { TLSSocket } from 'node:tls';
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
    const { authorizationError: untrusted } = response.socket as Partial<TLSSocket>;
    const live = decoded(await readAll(response));
    if (live !== null && live['node'] !== node) return anotherProcess(place, live);
    return untrusted ? notTrusted(place, String(untrusted)) : null;
  } catch (error) {
    return {
      cause: 'public_url_unreachable',
      detail: `${place.url} cannot be reached from here: ${errorText(error)}.`,
      fix: 'Start the proxy, or correct GREENLIGHT_PUBLIC_URL; if only this machine cannot reach it, nothing is wrong.',
    };
  }
}

/** `why` is OpenSSL's, `DEPTH_ZERO_SELF_SIGNED_CERT`. */
const notTrusted = ({ url }: Place, why: string): ProbeFinding => ({
  cause: 'certificate_not_trusted',
  detail: `The certificate at ${url} is not trusted from here: ${why.replace('ERR_TLS_', '').toLowerCase().replaceAll('_', ' ')}.`,
  fix: 'Serve one that browsers trust, with its whole chain; for an authority of your own, start the server with NODE_EXTRA_CA_CERTS=FILE.',
});

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
