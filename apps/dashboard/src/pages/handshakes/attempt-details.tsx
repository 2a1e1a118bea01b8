import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { CodeLink } from '../../components/code-link.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { formatDateTime } from '../../components/format.ts';
import { UserName } from '../../components/simulated.tsx';
import { Ladder } from './ladder.tsx';
import { ProxyChain } from './proxy-chain.tsx';

/** All that an operator may see of an attempt. No credential is among it. */
export function AttemptDetails({ attempt: one }: { attempt: AttemptTrace }) {
  const facts = Object.entries(one.facts);
  return (
    <div data-attempt-details className="flex flex-col gap-4 bg-sunken px-4 py-3.5 md:px-6">
      <Ladder checked={one.checked} />
      {one.code !== null && (
        <div className="max-w-2xl text-sm">
          <p>{one.detail}</p>
          <p className="text-muted">{one.fix}</p>
          <p className="mt-1">
            <CodeLink code={one.code} />
          </p>
        </div>
      )}
      <div className="grid gap-x-8 gap-y-1 lg:grid-cols-2">
        <Facts>
          <Fact name="Attempt">
            <span className="inline-flex items-center gap-1 font-mono">
              {one.attempt}
              <CopyButton text={one.attempt} label="Copy the attempt id" />
            </span>
          </Fact>
          <Fact name="At">{formatDateTime(one.at)}</Fact>
          <Fact name="Request">
            {one.method} {one.path} · HTTP/{one.httpVersion}
            {one.secure ? ' over TLS' : ', not encrypted'}
          </Fact>
          <Fact name="Address">{one.address}</Fact>
          {one.hops.length > 1 && (
            <Fact name="Proxy chain">
              <ProxyChain hops={one.hops} />
            </Fact>
          )}
          <Fact name="Host">{one.host}</Fact>
          <Fact name="Origin">{one.origin}</Fact>
        </Facts>
        <Facts>
          <Fact name="User">{one.user === null ? null : <UserName user={one.user} />}</Fact>
          <Fact name="Credential">
            {one.credential === null
              ? null
              : [one.credential.replace('_', ' '), one.credentialId].filter(Boolean).join(' · ')}
          </Fact>
          <Fact name="Headers that arrived">{one.headers.join(', ') || null}</Fact>
          {facts.map(([name, value]) => (
            <Fact key={name} name={name}>
              <code>{String(value)}</code>
            </Fact>
          ))}
        </Facts>
      </div>
    </div>
  );
}
