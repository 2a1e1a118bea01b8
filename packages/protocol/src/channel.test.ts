import { describe, expect, it } from 'vitest';
import { channelMatches, isChannelName, workflowOf } from './channel.ts';

describe('channel names', () => {
  it.each(['a', 'workflow:wf_1', '$SYS:handshakes', 'a.b-c_d:e', 'x'.repeat(200)])('%j is one', (name) =>
    expect(isChannelName(name)).toBe(true),
  );
  it.each(['', 'a,b', 'a b', 'a=b', '$sys', '$SYS:', 'a$SYS:b', 'é', 'x'.repeat(201), 3, null])(
    '%j is none',
    (name) => expect(isChannelName(name)).toBe(false),
  );
  it('name the run that they belong to', () => {
    expect(workflowOf('workflow:wf_1')).toBe('wf_1');
    expect(workflowOf('tokens:wf_1')).toBe('wf_1');
    expect(workflowOf('workflows')).toBeNull();
  });
});

describe('channel patterns', () => {
  it.each([
    ['*', 'a', true],
    ['a', 'a', true],
    ['a', 'ab', false],
    ['a*', 'ab', true],
    ['*b', 'ab', true],
    ['a*c*e', 'abcde', true],
    ['a*c*e', 'abde', false],
    ['aa*aa', 'aaa', false],
    ['user:{user}', 'user:ann', true],
    ['user:{user}', 'user:bob', false],
    ['*', '$SYS:handshakes', false],
    ['$SYS:*', '$SYS:handshakes', true],
  ])('%j covers %j: %j', (pattern, channel, covers) =>
    expect(channelMatches(pattern, channel, 'ann')).toBe(covers),
  );
});
