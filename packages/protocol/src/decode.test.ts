import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCommand, decodeServerFrame, eventInputsFrom } from './decode.ts';
import { encodeEventFrame } from './encode.ts';

describe('commands', () => {
  it('[F2] of an unknown type are an error that carries their id', () => {
    expect(decodeCommand('{"id":7,"type":"shout"}')).toMatchObject({
      ok: false,
      id: 7,
      code: 'unknown_frame_type',
    });
  });

  it('[F2] ignore unknown fields', () => {
    expect(decodeCommand('{"id":1,"type":"ping","mood":"good"}')).toEqual({
      ok: true,
      value: { id: 1, type: 'ping' },
    });
  });

  it.each([
    '',
    '[]',
    'null',
    '{"type":"ping"}',
    '{"id":"1","type":"ping"}',
    '{"id":1,"type":"subscribe"}',
    '{"id":1,"type":"subscribe","channels":{}}',
    '{"id":1,"type":"subscribe","channels":{"a,b":null}}',
    '{"id":1,"type":"subscribe","channels":{"a":"yesterday"}}',
    '{"id":1,"type":"publish","channel":"a"}',
    '{"id":1,"type":"publish","channel":"a","events":[]}',
    '{"id":1,"type":"publish","channel":"a","event":{"type":""}}',
    '{"id":1,"type":"control","workflow":"wf_1","action":"explode"}',
    '{"id":1,"type":"auth"}',
    '{"id":1,"type":"auth","token":"a","ticket":"b"}',
  ])('[F2] that are wrong say so and never throw: %s', (text) => {
    const decoded = decodeCommand(text);
    expect(decoded).toMatchObject({ ok: false, detail: expect.stringMatching(/\w{3,}.*\.$/) });
  });

  it('[F2] whatever arrives, decoding gives a value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof decodeCommand(text).ok).toBe('boolean');
      }),
    );
  });
});

describe('event frames', () => {
  it('composed around stored JSON equal the frame encoded as a whole', () => {
    fc.assert(
      fc.property(fc.nat(), fc.jsonValue(), (offset, data) => {
        const event = { id: '1', type: 't', source: 's', time: 'now', specversion: '1.0', data };
        const text = encodeEventFrame('$SYS:a', 'e1', offset, JSON.stringify(event));
        expect(JSON.parse(text)).toEqual(
          JSON.parse(JSON.stringify({ type: 'event', channel: '$SYS:a', epoch: 'e1', offset, event })),
        );
        expect(decodeServerFrame(text).ok).toBe(true);
      }),
    );
  });

  it('[K11] of a type that the client does not know are an error, not a guess', () => {
    expect(decodeServerFrame('{"type":"surprise"}')).toMatchObject({ ok: false, code: 'unknown_frame_type' });
    expect(decodeServerFrame('{"type":"constructor"}')).toMatchObject({ ok: false });
  });
});

describe('events to publish', () => {
  it('need only a type', () => {
    expect(eventInputsFrom([{ type: 'note.added' }])).toEqual({ ok: true, value: [{ type: 'note.added' }] });
    expect(eventInputsFrom([{ data: 1 }])).toMatchObject({ ok: false });
    expect(eventInputsFrom([{ type: 'a', time: 5 }])).toMatchObject({ ok: false });
  });
});
