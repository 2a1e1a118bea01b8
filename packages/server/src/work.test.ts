import type { Identity } from '@greenlight/handshake/identity';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { createWork, type Work } from './work.ts';

const who = (user: string, credentialId: string): Identity => ({
  user,
  name: user,
  role: 'operator',
  credential: 'api_key',
  credentialId,
});
const at = (address: string, identity: Identity | null) => ({ address, identity });

type Clocked = { readonly work: Work; readonly advance: (ms: number) => void };

function workWith(limits: Partial<Limits>): Clocked {
  let now = 0;
  const work = createWork({ limits: { ...DEFAULT_LIMITS, ...limits }, clock: () => now });
  return {
    work,
    advance: (ms) => {
      now += ms;
    },
  };
}

describe('[H20] work', () => {
  it('is counted by credential: another one of the same user may go on', () => {
    const { work } = workWith({ commandsPerSecondPerKey: 1 });
    const ada = at('192.0.2.1', who('ada', 'k1'));
    expect([work.request(ada), work.request(ada)?.reason]).toEqual([
      null,
      'One credential sent too many commands in a second; go on more slowly.',
    ]);
    expect(work.request(at('192.0.2.1', who('ada', 'k2')))).toBeNull();
  });

  it('is counted by user, over all credentials and addresses', () => {
    const { work } = workWith({ commandsPerSecondPerUser: 1 });
    expect(work.request(at('192.0.2.1', who('ada', 'k1')))).toBeNull();
    expect(work.request(at('192.0.2.2', who('ada', 'k2')))?.reason).toMatch(/^"ada" sent too many commands/);
    expect(work.request(at('192.0.2.1', who('ben', 'k3')))).toBeNull();
  });

  it('is counted by address, where one /64 is one', () => {
    const { work } = workWith({ commandsPerSecondPerAddress: 1 });
    expect(work.request(at('2001:db8::1', who('ada', 'k1')))).toBeNull();
    expect(work.request(at('2001:db8::2', who('ben', 'k2')))?.reason).toMatch(/^2001:db8::2 sent/);
  });

  it('has bytes that are paid off before the next command', () => {
    const { work, advance } = workWith({ bytesPerSecondPerUser: 100 });
    const ada = at('192.0.2.1', who('ada', 'k1'));
    const meter = work.connection(() => ada);
    expect(meter('a'.repeat(250))).toBeNull();
    expect(meter('a')).toEqual({
      reason: '"ada" sent too many bytes in a second; go on more slowly.',
      retryAfterMs: 1_510,
    });
    advance(1_510);
    expect(meter('a')).toBeNull();
  });

  it('counts the body of a request, by the address alone where nobody is known', () => {
    const { work } = workWith({ bytesPerSecondPerAddress: 100 });
    work.body(at('192.0.2.1', null), 100);
    expect(work.request(at('192.0.2.1', who('ada', 'k1')))?.retryAfterMs).toBe(10);
  });

  it('keeps what somebody spent, however many others come by', () => {
    const { work } = workWith({ commandsPerSecondPerAddress: 1 });
    expect(work.request(at('192.0.2.1', null))).toBeNull();
    for (let n = 0; n < 5_000; n += 1) work.request(at(`198.51.${n >> 8}.${n & 255}`, null));
    expect(work.request(at('192.0.2.1', null))).not.toBeNull();
  });
});
