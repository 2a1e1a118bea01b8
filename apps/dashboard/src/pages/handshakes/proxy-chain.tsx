import { type Hop, hopText } from '@greenlight/protocol/hop';

/** How the address was found, from the peer on. */
export const ProxyChain = ({ hops }: { hops: readonly Hop[] }) => (
  <ol>
    {hops.map((hop, at) => (
      <li key={at}>{hopText(hop)}</li>
    ))}
  </ol>
);
