/** Where this process spends its time, by the file that spends it: V8's sampling profiler, while it is asked to look. */
import { Session } from 'node:inspector/promises';

export type Place = { readonly place: string; readonly share: number };

const SAMPLE_MICROS = 200;
const ROOM = /\/(packages|bench)\/(.*)$/;
const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

function placeOf(functionName: string, url: string): string | null {
  if (url === 'node:inspector') return null;
  // The second is what waiting looks like to a session that is opened from within.
  if (functionName === '(idle)' || functionName === '(program)') return null;
  if (functionName === '(garbage collector)') return 'garbage collection';
  // Without a file it is a function of Node's in C++: the write of a handle is nearly all kernel.
  if (/^write(?:Buffer|v|Utf8String|Latin1String)$/.test(functionName) && url === '')
    return 'write to the kernel';
  if (url.startsWith('node:') || url === '') return 'Node itself';
  return PACKAGE.exec(url)?.[1] ?? ROOM.exec(url)?.[2] ?? url;
}

export async function startProfile(): Promise<() => Promise<readonly Place[]>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    const places = new Map(
      profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame.functionName, callFrame.url)]),
    );
    const micros = new Map<string, number>();
    let all = 0;
    for (const [at, id] of (profile.samples ?? []).entries()) {
      const place = places.get(id) ?? null;
      const spent = profile.timeDeltas?.[at] ?? 0;
      if (place === null || spent < 0) continue;
      all += spent;
      micros.set(place, (micros.get(place) ?? 0) + spent);
    }
    return Array.from(micros, ([place, spent]) => ({ place, share: spent / all })).toSorted(
      (a, b) => b.share - a.share,
    );
  };
}
