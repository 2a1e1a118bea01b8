import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packGroup, packResults, unpackGroup, unpackResults } from './group.ts';
import type { WireAppend, WireResult } from './messages.ts';

const text = fc.string({ maxLength: 5 });
const part = fc.record({
  channel: text,
  events: fc.array(text, { minLength: 1, maxLength: 3 }),
  expectHead: fc.option(fc.nat(), { nil: undefined }),
});
const record = fc.record({ collection: text, id: text, value: fc.option(text), parent: fc.option(text) });
const append: fc.Arbitrary<WireAppend> = fc.record({
  at: fc.nat(),
  appends: fc.array(part, { maxLength: 3 }),
  records: fc.array(record, { maxLength: 2 }),
  idempotency: fc.option(fc.record({ key: text, fingerprint: text }), { nil: undefined }),
});

/** What the writer may say of an append. */
const resultOf = ({ appends, records }: WireAppend): fc.Arbitrary<WireResult> =>
  fc.oneof(
    fc.constant<WireResult>({ ok: false, reason: 'unavailable', detail: 'The disk is full.' }),
    fc
      .record({ first: fc.integer({ min: 1, max: 1_000 }), duplicate: fc.boolean() })
      .map(({ first, duplicate }): WireResult => ({
        ok: true,
        spans: appends.map(({ events }, at) => [first + at, first + at + events.length - 1]),
        versions: records.map((_, at) => at),
        duplicate,
      })),
  );

it('a group and its results come out of the columns as they went in', () => {
  const groups = fc
    .array(append, { maxLength: 6 })
    .chain((appends) => fc.tuple(fc.constant(appends), fc.tuple(...appends.map(resultOf))));
  fc.assert(
    fc.property(groups, ([appends, results]) => {
      expect(unpackGroup(structuredClone(packGroup(appends)))).toEqual(appends);
      expect(unpackResults(structuredClone(packResults(results)), appends)).toEqual(results);
    }),
  );
});
