/** The self-probe of a real gateway, at its listener and at its public URL. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { SelfProbeReport } from '@greenlight/server/http/self-probe-report';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { describe, expect, it } from 'vitest';

const headersOf = ({ apiKey }: GatewayProcess) => ({ authorization: `Bearer ${apiKey}` });

async function probeAgain(gateway: GatewayProcess): Promise<SelfProbeReport> {
  const response = await fetch(`${gateway.url}/api/v1/self-probe`, {
    method: 'POST',
    headers: headersOf(gateway),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as SelfProbeReport;
}

describe('the self-probe', () => {
  it('[R20] presents each credential on each transport, and reports what was expected and seen', async () => {
    await using gateway = await startGateway();
    const { transports, complete } = await probeAgain(gateway);
    expect(complete).toBe(true);
    const shared = {
      none: '401 credential_missing',
      garbage: '401 credential_malformed',
      cookie: '401 session_expired',
      foreign_origin: '403 origin_not_allowed',
      expired: '401 ticket_expired',
      replayed: '401 ticket_already_used',
    };
    const seen = transports.map(({ transport, place, calls }) => [
      `${transport} ${place}`,
      Object.fromEntries(calls.map(({ call, seen: answer }) => [call, answer])),
    ]);
    expect(Object.fromEntries(seen)).toEqual({
      'rest listener': { ...shared, good: '200', set_cookie: 'cookie for /' },
      'websocket listener': { ...shared, good: 'event' },
      'sse listener': { ...shared, good: 'event' },
      'long-poll listener': { ...shared, good: 'event' },
    });
    expect(transports.every(({ ok, calls }) => ok && calls.every((call) => call.ok))).toBe(true);
  });

  it('[H19] keeps its attempts for lookup, and neither counts nor logs them', async () => {
    await using gateway = await startGateway();
    const { transports } = await probeAgain(gateway);
    const call = transports[0]?.calls.find(({ call: name }) => name === 'garbage');
    const verdict = await fetch(`${gateway.url}/api/v1/handshakes/${call?.attempt}`);
    expect(await verdict.json()).toMatchObject({ outcome: 'refused', code: 'credential_malformed' });
    expect(gateway.output).not.toContain('"Refused');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).not.toContain('outcome="refused"');

    const forged = await fetch(`${gateway.url}/api/v1/auth/me`, {
      headers: { 'greenlight-attempt': 'self-probe-AAAAAAAAAAA' },
    });
    expect(forged.headers.get('greenlight-attempt')).not.toContain('self-probe');
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('outcome="refused"');
  });

  it('[R22] says which process answers at the public URL, if it is another one', async () => {
    await using stale = await startGateway();
    await using gateway = await startGateway({ env: { GREENLIGHT_PUBLIC_URL: stale.url } });
    const response = await fetch(`${gateway.url}/health/realtime`);
    expect(response.status).toBe(503);
    const { findings } = (await response.json()) as SelfProbeReport;
    expect(findings).toMatchObject([
      { cause: 'another_process', detail: expect.stringContaining(`pid ${stale.pid}`) },
    ]);
  });

  it('[R22] starts before the proxy does, and finds it later', async () => {
    await using front = await relay();
    const { url } = front;
    await front.close();
    await using gateway = await startGateway({ env: { GREENLIGHT_PUBLIC_URL: url } });
    const first = (await (await fetch(`${gateway.url}/health/realtime`)).json()) as SelfProbeReport;
    expect(first).toMatchObject({ complete: false, findings: [{ cause: 'public_url_unreachable' }] });
    await front.open(gateway.url);
    const { transports, findings } = await probeAgain(gateway);
    expect(findings).toEqual([]);
    expect(transports.filter(({ place }) => place === 'public').map(({ ok }) => ok)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});

/** A relay that changes nothing, for a gateway that is named when it opens. */
async function relay() {
  const sockets = new Set<Socket>();
  let target = 0;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${port}`,
    close,
    async open(gateway: string) {
      target = Number(new URL(gateway).port);
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    [Symbol.asyncDispose]: close,
  };
}
