/** A whole node: ladder, log, hub, sessions, outboxes. Publishing begins where REST and sockets would hand over. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Identity } from '@greenlight/handshake/identity';
import { openStage } from '@greenlight/server/testing/stage';
import { obey } from './commands.ts';
import { CROWD_LIMITS } from './crowd-limits.ts';
import { CHANNEL, channelOf, stampedData } from './message.ts';
import { startProfile } from './profile.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const stage = await openStage({
  limits: CROWD_LIMITS,
  identity: { tokens: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() } },
});
/** The user of the stage's key, `gl_<id>_<secret>`. */
const ADA: Identity = {
  user: 'ada',
  name: 'ada',
  role: 'admin',
  credential: 'api_key',
  credentialId: stage.credential.split('_')[1] ?? '',
};
let stopProfile: Awaited<ReturnType<typeof startProfile>> | null = null;
const loop = monitorEventLoopDelay({ resolution: 1 });

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RFC 7519 with EdDSA (RFC 8037). */
function token(): string {
  const claims = { sub: 'ada', role: 'admin', exp: Math.floor(Date.now() / 1_000) + 3_600 };
  const signed = `${part({ alg: 'EdDSA' })}.${part(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

obey(
  { credential: stage.credential, port: stage.port },
  {
    publish(count) {
      for (let n = 0; n < count; n += 1) void stage.publish(CHANNEL, stampedData());
    },
    spread(channels) {
      for (let n = 0; n < channels; n += 1) void stage.publish(channelOf(n), stampedData());
    },
    asked: {
      /** `fill channel n`: history that nobody has read. */
      async fill([channel = '', count]) {
        for (let n = 0; n < Number(count); n += 1) await stage.publish(channel, stampedData());
        return count;
      },
      /** For how long at most the event loop did not turn since this was asked last, ms. Looking costs time too. */
      blocked() {
        const ms = loop.max / 1e6;
        loop.reset();
        loop.enable();
        return ms;
      },
      async tickets([count]) {
        const tickets: string[] = [];
        for (let n = 0; n < Number(count); n += 1) {
          const minted = await stage.services.tickets.mint(ADA, {});
          if (!minted.ok) throw new Error('No ticket was given.');
          tickets.push(minted.ticket);
        }
        return JSON.stringify(tickets);
      },
      token,
      /** `profile` begins to look, and the next one tells what was seen. */
      async profile() {
        const stop = stopProfile;
        stopProfile = stop ? null : await startProfile();
        return stop ? JSON.stringify(await stop()) : '';
      },
    },
  },
);
