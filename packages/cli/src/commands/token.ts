/** `greenlight token`: tokens for tests and small set-ups, and what a server says to one. */
import { ask } from '../ask.ts';
import { type CommandGroup, ConfigurationError, defineCommand, nothing, UsageError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { secondsFrom } from '../later.ts';
import { print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { tellFailure } from '../tell-failure.ts';
import { claimsOf, signToken } from '../token/jwt.ts';
import { drawToken, type Me } from '../token/draw-token.ts';

const MIN_SECRET_BYTES = 32;

const issue = defineCommand({
  usage: '--user USER [options]',
  about:
    'Prints a token signed with HS256 and the secret in GREENLIGHT_JWT_SECRET, which the server has to know too. GREENLIGHT_JWT_ISSUER and GREENLIGHT_JWT_AUDIENCE go in if they are set.',
  options: {
    user: { type: 'string', value: 'USER', about: 'Whom it stands for (sub).' },
    role: {
      type: 'string',
      value: 'ROLE',
      about: 'viewer, reviewer, operator, admin or service. Default viewer.',
    },
    channel: {
      type: 'string',
      multiple: true,
      value: 'PATTERN',
      about: 'Limit it to channels such as orders:*; may be repeated.',
    },
    expires: { type: 'string', value: 'DURATION', about: 'How long it counts, such as 15m. Default 1h.' },
    json: { type: 'boolean', about: 'Print {"token", "claims"}.' },
  },
  examples: ['greenlight token issue --user ada --role operator --expires 15m'],
  async run({ user, role = 'viewer', channel, expires = '1h', json = false }, positionals) {
    nothing(positionals);
    if (user === undefined) throw new UsageError('The user is missing.');
    const seconds = secondsFrom(expires);
    if (seconds === null)
      throw new UsageError(`--expires is a duration such as 15m or 1h, not ${JSON.stringify(expires)}.`);
    const { GREENLIGHT_JWT_ISSUER: iss, GREENLIGHT_JWT_AUDIENCE: aud } = process.env;
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      sub: user,
      role,
      ...(channel && { channels: channel }),
      ...(iss && { iss }),
      ...(aud && { aud }),
      iat: now,
      exp: now + seconds,
    };
    const token = signToken(claims, secretFromEnvironment());
    await print(json ? `${JSON.stringify({ token, claims })}\n` : `${token}\n`);
    return EXIT.clean;
  },
});

const check = defineCommand({
  usage: '[options]',
  about:
    'Asks a server whether it takes the credential in GREENLIGHT_API_KEY, or in the variable that --api-key-env names: a token or an API key. Shows what a token says, and as whom the server sees it or why it refuses.',
  options: {
    json: { type: 'boolean', about: 'Print {"accepted", "claims", "identity" or "refusal"}.' },
    ...SERVER_OPTIONS,
  },
  examples: ['TOKEN=$(greenlight token issue --user ada) greenlight token check --api-key-env TOKEN'],
  async run({ json = false, ...asked }, positionals) {
    nothing(positionals);
    const server = findServer(asked);
    const claims = claimsOf(server.key);
    const answer = await ask(server, 'api/v1/auth/me');
    if (!answer.ok && answer.failure.code === 'unreachable') {
      tellFailure(answer.failure);
      return EXIT.couldNotRun;
    }
    const identity = answer.ok ? (JSON.parse(answer.text) as Me) : null;
    if (json) {
      const said = answer.ok ? { identity } : { refusal: answer.failure };
      await print(`${JSON.stringify({ accepted: answer.ok, claims, ...said })}\n`);
    } else {
      await print(drawToken(claims, identity, Date.now()));
      if (!answer.ok) tellFailure(answer.failure);
    }
    return answer.ok ? EXIT.clean : EXIT.findings;
  },
});

function secretFromEnvironment(): string {
  const secret = process.env['GREENLIGHT_JWT_SECRET'] ?? '';
  if (secret === '')
    throw new ConfigurationError('GREENLIGHT_JWT_SECRET, the secret that the server has too, is not set.');
  // RFC 7518 section 3.2. A server refuses shorter ones as well.
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES)
    throw new ConfigurationError(
      `GREENLIGHT_JWT_SECRET has fewer than ${MIN_SECRET_BYTES} bytes, which HS256 needs; take one from "openssl rand -base64 48".`,
    );
  return secret;
}

export const command: CommandGroup = {
  about:
    'Tokens (JWT): make one with a shared secret, or ask a server about one. A token is never an argument.',
  commands: { issue, check },
  examples: [
    'greenlight token issue --user ada --expires 15m',
    'TOKEN=$(greenlight token issue --user ada) greenlight token check --api-key-env TOKEN',
  ],
};
