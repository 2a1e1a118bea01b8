/** A load of publications over HTTP: a process that posts on connections that it keeps, and counts. */
import { Agent, request } from 'node:http';
import { startEngine } from '../machine/engine-process.ts';
import { cpuTimeOf } from '../machine/usage.ts';

export type IngestOrder = {
  /** `memory:*` or any other, which is on disk. */
  readonly channel: string;
  readonly batch: number;
  readonly requests: number;
};
export type Ingested = { readonly events: number; readonly ms: number; readonly serverMicros: number };

const AT_ONCE = 64;
const engine = await startEngine('greenlight');
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

function post(path: string, body: string): Promise<void> {
  const { port, credential = '' } = engine.served;
  const headers = {
    authorization: `Bearer ${credential}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent, method: 'POST', path, headers }, (response) => {
      const { statusCode = 0 } = response;
      if (statusCode >= 300) reject(new Error(`A publication was answered with ${statusCode}.`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function run({ channel, batch, requests }: IngestOrder): Promise<Ingested> {
  const event = { type: 'bench.event', data: 'x'.repeat(128) };
  const body = JSON.stringify(batch === 1 ? event : Array.from({ length: batch }, () => event));
  const cpu = cpuTimeOf(engine.pid);
  const began = performance.now();
  let left = requests;
  const some = async (): Promise<void> => {
    while (left-- > 0) await post(`/api/v1/channels/${channel}/publications`, body);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  const ms = performance.now() - began;
  return { events: requests * batch, ms, serverMicros: cpuTimeOf(engine.pid) - cpu };
}

process.on('message', (order: IngestOrder) => {
  void run(order).then((ingested) => process.send?.(ingested));
});
process.on('disconnect', () => engine.stop());
process.send?.({});
