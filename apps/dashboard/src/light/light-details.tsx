import type { Refusal } from '@greenlight/client/refusal';
import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Ago } from '../components/ago.tsx';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { formatCount, formatDateTime, formatDuration, plural } from '../components/format.ts';
import { SimulatedMark } from '../components/simulated.tsx';
import { client } from '../data/client.ts';
import { useNow } from '../data/clock.ts';
import type { Failure } from '../data/failure.ts';
import { serverHealth } from '../data/health.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { LightMark } from './light-mark.tsx';
import { LightAction, SignInLink } from './light-action.tsx';
import { needsSignIn, refusalNow, transportWord, type Light } from './light.ts';
import { useEnding, useStatus } from './use-light.ts';

const SENTENCES = {
  live: 'Signed in, subscribed, and hearing from the server.',
  connecting: 'Waiting for the first heartbeat.',
  reconnecting: 'The connection was lost; nothing received before is lost.',
  refused: 'The server does not let this page in.',
  offline: 'This device has no network, or the page was closed to it.',
} as const satisfies Record<Light['kind'], string>;

const sentenceOf = (light: Light): string =>
  light.kind === 'reconnecting' && light.refusal
    ? 'The server turns this page away for now; it tries again by itself.'
    : SENTENCES[light.kind];

const whenTriedAgain = (ms: number): string =>
  ms > 1_000
    ? `It is tried again in ${formatDuration(Math.ceil(ms / 1_000) * 1_000)}, beside the one in use.`
    : 'It is tried again now, beside the one in use.';

/** All that is known about the connection. */
export function LightDetails({ light }: { light: Light }) {
  const status = useStatus();
  const health = useQuery(serverHealth);
  const who = useStore(session);
  const now = useNow();
  const ending = useEnding();
  const me = who.state === 'signed-in' || who.state === 'ended' ? who.me : null;
  const refusal = refusalNow(light) ?? (who.state === 'ended' ? who.failure : null);
  return (
    <div>
      <div className="flex items-start gap-2.5 border-b border-line px-3.5 py-3">
        <span className="mt-1">
          <LightMark kind={light.kind} />
        </span>
        <p className="flex-1">{sentenceOf(light)}</p>
        <Button className="h-7 px-2 text-xs" onClick={() => client.retry()}>
          <RefreshCw aria-hidden />
          Retry
        </Button>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-3.5 py-3 text-xs">
        <Fact name="API">
          {health.isPending ? 'asking' : health.isError ? 'does not answer' : 'reachable'}
        </Fact>
        <Fact name="Transport">
          {status.transport ? transportWord(status.transport) : 'none'}
          {status.transport === 'websocket' && <span className="text-muted"> · the best there is</span>}
        </Fact>
        <Fact name="Signed in as">
          {me ? `${me.name} (${me.role})` : 'nobody'}
          {me?.simulated && (
            <>
              {' '}
              <SimulatedMark />
            </>
          )}
        </Fact>
        {me?.expiresAt !== undefined && who.state === 'signed-in' && (
          <Fact name="Sign-in ends">
            <time dateTime={me.expiresAt} title={formatDateTime(me.expiresAt)}>
              in {formatDuration(Date.parse(me.expiresAt) - now)}
            </time>
          </Fact>
        )}
        <Fact name="Subscriptions">
          {status.subscriptions.acknowledged} of {status.subscriptions.total} acknowledged
          {status.subscriptions.denied.length > 0 && `, ${status.subscriptions.denied.length} denied`}
        </Fact>
        <Fact name="Heartbeat">
          {status.lastHeartbeatAt === null ? 'none yet' : <Ago at={status.lastHeartbeatAt} />}
          {status.headLag > 0 && ` · ${plural(status.headLag, 'event')} behind`}
        </Fact>
        <Fact name="Round trip">
          {status.rttMs === null ? 'not measured' : `${formatCount(Math.round(status.rttMs * 10) / 10)} ms`}
        </Fact>
        {health.data && (
          <>
            <Fact name="Server">
              build <code>{health.data.build.slice(0, 12)}</code> · pid {health.data.pid}
            </Fact>
            <Fact name="Started">
              <Ago at={health.data.startedAt} />
            </Fact>
          </>
        )}
      </dl>
      {ending !== null && (
        <section className="border-t border-line bg-warn-soft px-3.5 py-3 text-xs">
          <p>
            Your sign-in counts for {Math.ceil(ending / 1000)} more seconds; then the connection ends.{' '}
            <SignInLink>Sign in again</SignInLink>
          </p>
        </section>
      )}
      {refusal ? (
        <TheRefusal refusal={refusal} title="Refused because">
          <LightAction refusal={refusal} me={me} signIn={who.state === 'ended' || needsSignIn(light)} />
        </TheRefusal>
      ) : status.better ? (
        <TheRefusal
          refusal={status.better.refusal}
          title={`Not ${transportWord(status.better.transport)} because`}
        >
          <p className="mt-1.5 text-muted">{whenTriedAgain(status.better.retryAt - now)}</p>
        </TheRefusal>
      ) : (
        status.refusal && <TheRefusal refusal={status.refusal} title="Last refusal" />
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </>
  );
}

type RefusalProps = { refusal: Failure | Refusal; title: string; children?: ReactNode };

function TheRefusal({ refusal, title, children }: RefusalProps) {
  return (
    <section className="border-t border-line px-3.5 py-3 text-xs">
      <h2 className="mb-1 text-muted">{title}</h2>
      <p>{refusal.detail}</p>
      <p className="text-muted">{refusal.fix}</p>
      <p className="mt-1.5 flex flex-wrap items-center gap-x-1.5 font-mono text-2xs text-muted">
        <span className="whitespace-nowrap text-bad">{refusal.code}</span>
        {refusal.attempt && (
          <>
            <span className="truncate">{refusal.attempt}</span>
            <CopyButton text={refusal.attempt} label="Copy the attempt id" />
          </>
        )}
      </p>
      {children}
    </section>
  );
}
