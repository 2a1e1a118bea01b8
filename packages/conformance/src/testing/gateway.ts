/** A real gateway in a process of its own, with beats and deadlines that a test can wait for. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';

const LIMITS = { heartbeatMs: 4_000, authDeadlineMs: 2_000 };

export async function conformingGateway(explain: 'full' | 'public' = 'full'): Promise<GatewayProcess> {
  const cwd = await mkdtemp(join(tmpdir(), 'greenlight-conformance-'));
  await writeFile(join(cwd, 'greenlight.config.json'), JSON.stringify({ explain, limits: LIMITS }));
  const gateway = await startGateway({ cwd });
  const end = gateway[Symbol.asyncDispose].bind(gateway);
  return Object.assign(gateway, {
    async [Symbol.asyncDispose]() {
      await end();
      await rm(cwd, { recursive: true, force: true });
    },
  });
}
