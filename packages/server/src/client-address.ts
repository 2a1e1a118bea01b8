/** Who is at the other end, when proxies that we trust stand in between. */
import { BlockList, isIP, type Socket, SocketAddress } from 'node:net';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Hop, HopSource } from '@greenlight/protocol/hop';
import { type ForwardedElement, forwardedElements, listElements } from './forwarded.ts';

type Client = Pick<HandshakeRequest, 'address' | 'hops' | 'secure'>;

/** A chain that is longer than this was not written by proxies. */
const HOPS_SHOWN = 16;

/**
 * Headers are read from the right, as far as trusted proxies wrote them; the rest anybody can make up. Where both come,
 * `X-Forwarded-For` counts: it is what nearly every proxy writes, and those let a `Forwarded` of the client through.
 */
export function clientOf(
  socket: Socket & { readonly encrypted?: boolean },
  headers: ReadonlyMap<string, string>,
  trustedProxies: readonly string[],
): Client {
  const trusted = trustList(trustedProxies);
  const encrypted = socket.encrypted === true;
  const peer = canonical(socket.remoteAddress ?? '') ?? '';
  const list = headers.get('x-forwarded-for');
  const standard = headers.get('forwarded');
  const alone = { address: peer, source: 'socket', standing: 'client' } as const;
  if (list === undefined && standard === undefined && !isTrusted(trusted, peer))
    return { address: peer, hops: [alone], secure: encrypted };

  const elements = standard === undefined ? [] : forwardedElements(standard);
  const told = {
    'x-forwarded-for': list === undefined ? [] : listElements(list),
    forwarded: elements.map(({ for: hop }) => hop ?? ''),
  };
  const counting = list === undefined ? 'forwarded' : 'x-forwarded-for';
  const hops: Hop[] = [alone];
  let client = 0;
  let ignored: 'told_by_untrusted' | 'not_an_address' | null = null;
  for (const text of told[counting].toReversed()) {
    const address = addressIn(text);
    const teller = hops[client] as Hop;
    if (ignored === null && !isTrusted(trusted, teller.address)) ignored = 'told_by_untrusted';
    if (ignored === null && address === null) ignored = 'not_an_address';
    if (ignored === null) {
      hops[client] = { ...teller, standing: 'trusted_proxy' };
      client += 1;
    }
    hops.push({ address, source: counting, standing: ignored ?? 'client' });
    // Whatever stands before something unreadable was told by nobody who is known.
    if (ignored === 'not_an_address') ignored = 'told_by_untrusted';
  }
  const other: HopSource = counting === 'forwarded' ? 'x-forwarded-for' : 'forwarded';
  const standing = isTrusted(trusted, peer) ? 'other_header_counts' : 'told_by_untrusted';
  for (const text of told[other].toReversed())
    hops.push({ address: addressIn(text), source: other, standing });
  return {
    address: hops[client]?.address ?? peer,
    hops: hops.slice(0, Math.max(client + 1, HOPS_SHOWN)),
    secure:
      encrypted ||
      (isTrusted(trusted, peer) && schemeTold(headers, list === undefined ? elements : []) === 'https'),
  };
}

function schemeTold(headers: ReadonlyMap<string, string>, elements: readonly ForwardedElement[]): string {
  const told = headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim() ?? elements.at(-1)?.proto ?? '';
  return told.toLowerCase();
}

/** One key for all addresses that one client can easily have: IPv6 is handed out in /64 blocks (RFC 6177). */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter((part) => part !== '');
  const right = (tail ?? '').split(':').filter((part) => part !== '');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const parts = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${parts.slice(0, 4).join(':')}::/64`;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711` (RFC 7239 section 6). */
function addressIn(text: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::\w+)?$/.exec(text)?.[1];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? canonical(bracketed) : null;
  return canonical(/^([\d.]+):\w+$/.exec(text)?.[1] ?? text);
}

/** What a socket that takes both families puts before an IPv4 address. */
const MAPPED = '::ffff:';

/** One spelling for each address; null for what is none. IPv4 over an IPv6 socket is IPv4. */
function canonical(text: string): string | null {
  const family = isIP(text);
  if (family !== 6) return family === 4 ? text : null;
  if (text.startsWith(MAPPED) && isIP(text.slice(MAPPED.length)) === 4) return text.slice(MAPPED.length);
  // Which of our own interfaces it came by is no part of who it is.
  const [bare = ''] = text.split('%');
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

const trustLists = new WeakMap<readonly string[], BlockList>();

/** Null: nobody is trusted. */
function trustList(entries: readonly string[]): BlockList | null {
  if (entries.length === 0) return null;
  const known = trustLists.get(entries);
  if (known) return known;
  const list = new BlockList();
  for (const entry of entries) {
    const [written = '', prefix] = entry.split('/');
    const address = canonical(written) ?? written;
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else {
      // Of an IPv4 address in IPv6 notation the first 96 bits are the notation.
      const isMapped = family === 'ipv4' && isIP(written) === 6;
      list.addSubnet(address, isMapped ? Math.max(0, Number(prefix) - 96) : Number(prefix), family);
    }
  }
  trustLists.set(entries, list);
  return list;
}

function isTrusted(list: BlockList | null, address: string | null): boolean {
  if (list === null || address === null || isIP(address) === 0) return false;
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
