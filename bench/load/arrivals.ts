/** A load of handshakes: a process that connects, waits for the 101 and leaves, again and again, and counts. */
import { connect } from 'node:net';
import type { EngineName } from '../engines/engines.ts';
import type { Place } from '../engines/profile.ts';
import { startEngine } from '../machine/engine-process.ts';
import { cpuTimeOf } from '../machine/usage.ts';

export type Presenting = 'nothing' | 'ticket' | 'token';
export type ArrivalsOptions = { readonly engine: EngineName; readonly presenting: Presenting };
export type ArrivalsOrder = { readonly handshakes: number; readonly profiled?: true };
export type Arrived = {
  readonly handshakes: number;
  readonly ms: number;
  readonly serverMicros: number;
  readonly profile: readonly Place[] | null;
};

const AT_ONCE = 32;

const { engine: name, presenting } = JSON.parse(process.argv[2] ?? '') as ArrivalsOptions;
const engine = await startEngine(name);

function request(credential: string): string {
  const query = presenting === 'ticket' ? `?ticket=${credential}` : '';
  const header = presenting === 'token' ? `Authorization: Bearer ${credential}\r\n` : '';
  return (
    `GET /ws${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${header}\r\n`
  );
}

function arrive(credential: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: engine.served.port, host: '127.0.0.1', noDelay: true });
    socket.on('error', reject);
    socket.write(request(credential));
    socket.once('data', (bytes) => {
      const status = bytes.toString('latin1', 0, 12);
      // Reset, so that no port is kept waiting.
      socket.resetAndDestroy();
      if (status === 'HTTP/1.1 101') resolve();
      else reject(new Error(`${name} refused a handshake: ${bytes.toString('latin1')}`));
    });
  });
}

async function credentials(handshakes: number): Promise<readonly string[]> {
  if (presenting === 'ticket') return JSON.parse(await engine.ask(`tickets ${handshakes}`)) as string[];
  const one = presenting === 'token' ? await engine.ask('token') : '';
  return Array.from({ length: handshakes }, () => one);
}

async function run({ handshakes, profiled }: ArrivalsOrder): Promise<Arrived> {
  const waiting = [...(await credentials(handshakes))];
  if (profiled) await engine.ask('profile');
  const cpu = cpuTimeOf(engine.pid);
  const began = performance.now();
  const some = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await arrive(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  const [ms, serverMicros] = [performance.now() - began, cpuTimeOf(engine.pid) - cpu];
  const profile = profiled ? (JSON.parse(await engine.ask('profile')) as Place[]) : null;
  return { handshakes, ms, serverMicros, profile };
}

process.on('message', (order: ArrivalsOrder) => {
  void run(order).then((arrived) => process.send?.(arrived));
});
process.on('disconnect', () => engine.stop());
process.send?.({});
