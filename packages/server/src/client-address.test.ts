import type { Socket } from 'node:net';
import type { Hop } from '@greenlight/protocol/hop';
import { describe, expect, it } from 'vitest';
import { addressBlock, clientOf } from './client-address.ts';

describe('the block of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('[H10] of %s is %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});

type Headers = Readonly<Record<string, string>>;

const clientBehind = (peer: string, trusted: readonly string[], headers: Headers) =>
  clientOf({ remoteAddress: peer } as Socket, new Map(Object.entries(headers)), trusted);

const isSecure = (headers: Headers): boolean => clientBehind('::1', ['::1'], headers).secure;

/** `address source standing`, from the peer on. */
const chain = (...args: Parameters<typeof clientBehind>): readonly string[] =>
  clientBehind(...args).hops.map(({ address, source, standing }: Hop) => `${address} ${source} ${standing}`);

describe('the proxy chain', () => {
  it('[H23] is looked through from the peer on, as far as proxies are trusted, and not farther', () => {
    const headers = { 'x-forwarded-for': '10.9.9.9, 203.0.113.9, 10.0.0.8' };
    expect(clientBehind('10.0.0.7', ['10.0.0.0/8'], headers).address).toBe('203.0.113.9');
    expect(chain('10.0.0.7', ['10.0.0.0/8'], headers)).toEqual([
      '10.0.0.7 socket trusted_proxy',
      '10.0.0.8 x-forwarded-for trusted_proxy',
      '203.0.113.9 x-forwarded-for client',
      '10.9.9.9 x-forwarded-for told_by_untrusted',
    ]);
  });

  it('[H23] ignores headers of others, and says so', () => {
    const headers = {
      'x-forwarded-for': '198.51.100.1',
      forwarded: 'for=198.51.100.2;proto=https',
      'x-forwarded-proto': 'https',
    };
    expect(clientBehind('203.0.113.9', ['10.0.0.7'], headers)).toEqual({
      address: '203.0.113.9',
      secure: false,
      hops: [
        { address: '203.0.113.9', source: 'socket', standing: 'client' },
        { address: '198.51.100.1', source: 'x-forwarded-for', standing: 'told_by_untrusted' },
        { address: '198.51.100.2', source: 'forwarded', standing: 'told_by_untrusted' },
      ],
    });
  });

  it.each([
    ['the address itself', '::1', '::1', '2001:db8::1'],
    ['an address in another spelling', '2001:db8:0:0::7', '2001:0DB8::0007', '2001:db8::1'],
    ['a range', '2001:db8:5::7', '2001:db8:5::/48', '2001:db8::1'],
    ['IPv4 over an IPv6 socket', '::ffff:10.0.0.7', '10.0.0.0/8', '2001:db8::1'],
    ['IPv4 in IPv6 notation as the setting', '10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1'],
    ['a range in that notation', '10.0.0.7', '::ffff:10.0.0.0/104', '2001:db8::1'],
    ['an interface', 'fe80::7%eth0', 'fe80::/10', '2001:db8::1'],
    ['outside the range', '2001:db8:6::7', '2001:db8:5::/48', '2001:db8:6::7'],
    ['outside the range in that notation', '11.0.0.7', '::ffff:10.0.0.0/104', '11.0.0.7'],
  ])('[H23] a proxy is trusted by %s', (_how, peer, trusted, client) => {
    expect(clientBehind(peer, [trusted], { 'x-forwarded-for': '2001:0db8::0001' }).address).toBe(client);
  });

  it.each([
    ['for=192.0.2.43', '192.0.2.43'],
    ['For="[2001:db8:cafe::17]"; proto=http', '2001:db8:cafe::17'],
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="192.0.2.43:47011"', '192.0.2.43'],
    ['for="[::ffff:192.0.2.43]:_port"', '192.0.2.43'],
    ['for=198.51.100.1, for=192.0.2.43', '192.0.2.43'],
    [String.raw`for=192.0.2.43;host="a;for=6.6.6.6,for=6.6.6.6\",for=6.6.6.6"`, '192.0.2.43'],
    ['for=192.0.2.43;for=6.6.6.6', '192.0.2.43'],
    ['for=unknown', '::1'],
    ['for="_hidden"', '::1'],
    ['for="[192.0.2.43]"', '::1'],
    ['for=192.0.2.43"', '::1'],
    ['by=192.0.2.43', '::1'],
    ['', '::1'],
  ])('[H23] Forwarded %s tells of %s', (forwarded, client) => {
    expect(clientBehind('::1', ['::1'], { forwarded }).address).toBe(client);
  });

  it('[H23] stops at what is no address, and does not repeat it', () => {
    const headers = { 'x-forwarded-for': '10.0.0.9, gl_secret, 10.0.0.8:4711' };
    expect(chain('10.0.0.7', ['10.0.0.0/8'], headers)).toEqual([
      '10.0.0.7 socket trusted_proxy',
      '10.0.0.8 x-forwarded-for client',
      'null x-forwarded-for not_an_address',
      '10.0.0.9 x-forwarded-for told_by_untrusted',
    ]);
  });

  it('[H23] counts X-Forwarded-For where both come', () => {
    const headers = { 'x-forwarded-for': '192.0.2.43', forwarded: 'for=6.6.6.6' };
    expect(chain('::1', ['::1'], headers)).toEqual([
      '::1 socket trusted_proxy',
      '192.0.2.43 x-forwarded-for client',
      '6.6.6.6 forwarded other_header_counts',
    ]);
  });

  it('[H23] believes a trusted proxy that there was TLS in front of it', () => {
    expect(isSecure({ 'x-forwarded-proto': 'http, https' })).toBe(true);
    expect(isSecure({ forwarded: 'for=192.0.2.1;proto=https, for=192.0.2.2;proto=http' })).toBe(false);
    expect(isSecure({ forwarded: 'for=192.0.2.2;proto=HTTPS' })).toBe(true);
  });

  it('[H23] shows no more of a chain than proxies can have written', () => {
    const hops = clientBehind('203.0.113.9', [], { 'x-forwarded-for': '1.2.3.4,'.repeat(1_000) }).hops;
    expect(hops).toHaveLength(16);
  });
});
