import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPosition, formatVector, parsePosition, parseSince, parseVector } from './position.ts';

const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
const position = fc.record({ epoch, offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }) });
const channel = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/);

describe('positions', () => {
  it('[P1] are epoch:offset, and reading what was written gives the same', () => {
    fc.assert(
      fc.property(position, (p) => {
        expect(parsePosition(formatPosition(p))).toEqual(p);
      }),
    );
  });

  it.each(['', 'a', 'a:', ':1', 'a:-1', 'a:01', 'a:1.5', 'a b:1', 'a:1 ', 'a:99999999999999999'])(
    '[P1] %j is none',
    (text) => expect(parsePosition(text)).toBeNull(),
  );

  it('[P5] since is a position, earliest, or null, and nothing else', () => {
    expect(parseSince('earliest')).toBe('earliest');
    expect(parseSince(null)).toBeNull();
    expect(parseSince('e1:4')).toEqual({ epoch: 'e1', offset: 4 });
    for (const wrong of [undefined, 'latest', 4, {}, 'e1']) expect(parseSince(wrong)).toBeUndefined();
  });
});

describe('vectors', () => {
  it('[S2] of one channel are a bare position, of several a list, and both read back', () => {
    const entries = fc.uniqueArray(fc.tuple(channel, position), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(entries, (list) => {
        const vector = new Map(list);
        expect(parseVector(formatVector(vector), [...vector.keys()])).toEqual(vector);
      }),
    );
  });

  it('[S2] may leave channels out, which are then absent', () => {
    expect(parseVector('a=e:1', ['a', 'b'])).toEqual(new Map([['a', { epoch: 'e', offset: 1 }]]));
  });

  it('[S3] may ask for everything of one channel', () => {
    const asked = new Map<string, unknown>([
      ['a', 'earliest'],
      ['b', { epoch: 'e', offset: 1 }],
    ]);
    expect(parseVector('a=earliest,b=e:1', ['a', 'b'])).toEqual(asked);
  });

  it.each(['e:1', 'c=e:1', 'a=e:1,', 'a=', 'a'])('[S2] %j is none for the channels a and b', (text) =>
    expect(parseVector(text, ['a', 'b'])).toBeNull(),
  );
});
