import { describe, expect, it } from 'vitest';
import { addressBlock } from './client-address.ts';

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
