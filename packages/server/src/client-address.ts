/** Who is at the other end, when proxies that we trust stand in between. */
import { BlockList, isIP, type Socket } from 'node:net';

type Client = { readonly address: string; readonly secure: boolean };

/** `X-Forwarded-For` is read from the right, as far as trusted proxies wrote it; the rest anybody can make up. */
export function clientOf(
  socket: Socket & { readonly encrypted?: boolean },
  headers: ReadonlyMap<string, string>,
  trustedProxies: readonly string[],
): Client {
  const trusted = trustList(trustedProxies);
  let address = plain(socket.remoteAddress ?? '');
  if (!isTrusted(trusted, address)) return { address, secure: socket.encrypted === true };
  const forwardedProto = headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase();
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
  for (let hop = hops.pop(); hop !== undefined && isIP(hop) !== 0; hop = hops.pop()) {
    address = hop;
    if (!isTrusted(trusted, hop)) break;
  }
  return { address, secure: socket.encrypted === true || forwardedProto === 'https' };
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

/** IPv4 over an IPv6 socket is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const trustLists = new WeakMap<readonly string[], BlockList>();

function trustList(entries: readonly string[]): BlockList {
  const known = trustLists.get(entries);
  if (known) return known;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  trustLists.set(entries, list);
  return list;
}

function isTrusted(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
