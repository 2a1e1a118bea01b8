/** Climbs the ladder for every transport: one order of checks, one verifier, one verdict. */
import { checkHost } from '@greenlight/handshake/check-host';
import { checkOrigin } from '@greenlight/handshake/check-origin';
import { checkRequest } from '@greenlight/handshake/check-request';
import { checkRoute } from '@greenlight/handshake/check-route';
import { checkSubprotocol, offersGreenlight } from '@greenlight/handshake/check-subprotocol';
import { checkShape, checkUrl } from '@greenlight/handshake/credential-shape';
import type { Identity, PresentedCredential } from '@greenlight/handshake/identity';
import { climb, type Rung } from '@greenlight/handshake/ladder';
import { presentCredential } from '@greenlight/handshake/present-credential';
import type { HandshakeRequest } from '@greenlight/handshake/request';
import type { Failure, Verdict } from '@greenlight/handshake/verdict';
import { LogUnavailable } from '@greenlight/log/log-unavailable';
import { type CheckedStage, type Stage, STAGES } from '@greenlight/protocol/codes';
import { simulatedMark } from '@greenlight/protocol/event';
import { isProbeAttempt } from '@greenlight/protocol/problem';
import { missingRun, type PrivateOwner, readDenial } from './access.ts';
import type { Accounts } from './auth/accounts.ts';
import type { Verifier } from './auth/verifier.ts';
import { type CapacityOptions, createCapacity } from './capacity.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './observe/logger.ts';
import { createRate, staysOpen } from './rate.ts';
import type { ServerSettings } from './services.ts';
import type { Excess, Work } from './work.ts';

/** What a route asks of those who come to it. */
export type Plan = {
  /** Methods this route answers; empty = there is no such route. */
  readonly methods: readonly string[];
  /** `required`: refuse without one. `in-band`: may come as the first frame, if `greenlight.v1` was offered. `none`: a public route. */
  readonly credential: 'required' | 'in-band' | 'none';
  /** Channels to be read: checked at the permission stage. */
  readonly channels: readonly string[];
  /** A further permission check, such as `mayOperate`: null = may, else the sentence that says why not. */
  readonly may?: (identity: Identity) => string | null;
  /** Answers also those who have to change their password first. */
  readonly changesPassword?: true;
  /** Asks what became of an attempt, which has a limit of its own. */
  readonly lookup?: true;
  /** Counts as an open connection (WebSocket, SSE, long-poll) at the capacity stage. */
  readonly connection: boolean;
};

export interface Admission {
  admit(request: HandshakeRequest, plan: Plan): Promise<Verdict>;
  /** The first `auth` frame of a socket that was let in without a credential: the stages from `credential` on, again. */
  authenticate(request: HandshakeRequest, presented: PresentedCredential): Promise<Verdict>;
  /** A fresher credential for a connection that is open: the same without `capacity`, for it takes no further place. */
  renew(request: HandshakeRequest, presented: PresentedCredential): Promise<Verdict>;
}

export type AdmissionOptions = Omit<CapacityOptions, 'limits'> & {
  readonly settings: Pick<ServerSettings, 'publicUrl' | 'allowedHosts' | 'allowedOrigins'>;
  readonly limits: Limits;
  readonly verifier: Verifier;
  readonly accounts: Pick<Accounts, 'judge'>;
  readonly cookieName: string;
  readonly privateOwner: PrivateOwner;
  readonly runExists: (workflowId: string) => Promise<boolean>;
  readonly work: Pick<Work, 'request'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger: Logger;
};

/** Who it turned out to be, on the way up. */
type Climber = { identity: Identity | null };

export function createAdmission(options: AdmissionOptions): Admission {
  const { settings, limits, verifier, accounts, cookieName, privateOwner, runExists, work, logger } = options;
  const rate = createRate(limits, options.clock);
  const capacity = createCapacity(options);

  async function admit(request: HandshakeRequest, plan: Plan): Promise<Verdict> {
    const climber: Climber = { identity: null };
    const presented = presentCredential(request, cookieName);
    const verdict = await judge(
      request,
      [...publicRungs(request, plan, presented), ...privateRungs()],
      climber,
    );
    if (verdict.outcome === 'accepted' && !isProbeAttempt(request.attempt))
      rate.giveBack(request, verdict.identity);
    return verdict;

    function privateRungs(): readonly Rung[] {
      const capacityRung: Rung = { stage: 'capacity', check: () => checkCapacity(request, plan, climber) };
      return [
        ...(plan.credential === 'none' ? [] : credentialRungs(request, plan, { presented, climber })),
        ...(plan.connection || plan.credential !== 'none' ? [capacityRung] : []),
      ];
    }
  }

  /** Room for one more connection, or for one more piece of work; who it is for is known by now. */
  async function checkCapacity(
    request: HandshakeRequest,
    plan: Plan,
    { identity }: Climber,
  ): Promise<Failure | null> {
    const tooMany = (plan.connection && capacity(request, identity)) || null;
    if (tooMany || !identity) return tooMany;
    if (staysOpen(request.transport)) return rate.checkIdentity(identity);
    return tooFast(work.request({ address: request.address, identity }));
  }

  /** What can be said before anybody looks at a credential. */
  function publicRungs(
    request: HandshakeRequest,
    plan: Plan,
    presented: PresentedCredential,
  ): readonly Rung[] {
    const { allowedOrigins } = settings;
    // Reading what is public needs no permission, and pages of every origin may link to it.
    const publicRead = plan.credential === 'none' && (request.method === 'GET' || request.method === 'HEAD');
    const cookie = plan.credential !== 'none' && presented.kind === 'session';
    // Loading a page takes dozens of requests, and many people may share one address.
    const isPage = publicRead && !request.path.startsWith('/api/');
    // A browser asks by itself before it asks for its page, which would pay twice, and see nothing of a refusal here.
    const isFree = isPage || request.method === 'OPTIONS' || isProbeAttempt(request.attempt);
    const subprotocol: Rung = { stage: 'subprotocol', check: () => checkSubprotocol(request) };
    return [
      { stage: 'request', check: () => checkRequest(request) },
      { stage: 'host', check: () => checkHost(request, settings) },
      { stage: 'route', check: () => checkRoute(request, plan.methods) },
      {
        stage: 'origin',
        check: () => (publicRead ? null : checkOrigin(request, { allowedOrigins, cookie })),
      },
      ...(request.transport === 'websocket' ? [subprotocol] : []),
      ...(isFree
        ? []
        : [
            {
              stage: 'rate',
              check: () => (plan.lookup ? rate.checkLookup(request) : rate.check(request)),
            } as const,
          ]),
    ];
  }

  function credentialRungs(
    request: HandshakeRequest,
    plan: Pick<Plan, 'credential' | 'channels' | 'may' | 'changesPassword'>,
    { presented, climber }: { presented: PresentedCredential; climber: Climber },
  ): readonly Rung[] {
    return [
      {
        stage: 'credential',
        async check() {
          const failure = checkUrl(request) ?? checkShape(presented);
          if (failure) return failure;
          if (presented.kind === 'none')
            return plan.credential === 'in-band' && offersGreenlight(request) ? null : missing(request);
          const verified = await verifier.verify(presented, request);
          if (!verified.ok) return verified.failure;
          climber.identity = verified.identity;
          return null;
        },
      },
      {
        stage: 'account',
        async check() {
          if (!climber.identity) return null;
          const judged = await accounts.judge(climber.identity, plan.changesPassword ?? false);
          if (!judged.ok) return judged.failure;
          climber.identity = judged.identity;
          return null;
        },
      },
      { stage: 'permission', check: () => checkPermission(plan, climber.identity) },
    ];
  }

  async function checkPermission(
    { channels, may }: Pick<Plan, 'channels' | 'may'>,
    identity: Identity | null,
  ): Promise<Failure | null> {
    if (!identity) return null;
    const denied = may?.(identity) ?? null;
    if (denied !== null) return forbidden(denied);
    for (const channel of channels) {
      const failure = readDenial(identity, channel, privateOwner) ?? (await missingRun(channel, runExists));
      if (failure) return failure;
    }
    return null;
  }

  async function judge(
    request: HandshakeRequest,
    rungs: readonly Rung[],
    climber: Climber,
  ): Promise<Verdict> {
    const { failed, checked } = await climb(rungs.map((rung) => guarded(rung, request)));
    if (!failed) return { outcome: 'accepted', identity: climber.identity, checked };
    const failure = withIdentity(failed.failure, climber.identity);
    return { outcome: 'refused', stage: failed.stage, failure, checked };
  }

  /** A check that breaks is a refusal like any other: never a request without an answer. */
  function guarded({ stage, check }: Rung, { attempt }: HandshakeRequest): Rung {
    const broke = (error: unknown): Failure => {
      logger.error({ attempt, stage, error }, 'A check of the ladder broke.');
      return error instanceof LogUnavailable
        ? notStored(error)
        : { code: 'internal_error', detail: `The check "${stage}" broke; the log says how.` };
    };
    return {
      stage,
      check() {
        try {
          const answer = check();
          return answer instanceof Promise ? answer.catch(broke) : answer;
        } catch (error) {
          return broke(error);
        }
      },
    };
  }

  /** From `credential` on, for a credential that came in a frame. */
  async function judgeFrame(
    request: HandshakeRequest,
    presented: PresentedCredential,
    last: (climber: Climber) => readonly Rung[],
  ): Promise<Verdict> {
    const climber: Climber = { identity: null };
    const plan = { credential: 'required', channels: [] } as const;
    const rungs = [...credentialRungs(request, plan, { presented, climber }), ...last(climber)];
    const verdict = await judge(request, rungs, climber);
    return { ...verdict, checked: [...PASSED_BEFORE, ...verdict.checked] };
  }

  return {
    admit,
    authenticate: (request, presented) =>
      judgeFrame(request, presented, (climber) => [
        {
          stage: 'capacity',
          check: () =>
            capacity.ofUser(climber.identity) ?? (climber.identity && rate.checkIdentity(climber.identity)),
        },
      ]),
    renew: (request, presented) => judgeFrame(request, presented, () => []),
  };
}

/** Whether a ticket was used must be on disk before anybody is let in with it. */
const notStored = ({ message }: LogUnavailable): Failure => ({
  code: 'internal_error',
  detail: `${message} Nobody is let in by what cannot be kept, and nothing was used up.`,
  fix: 'Free disk space where the server keeps its data, then try again. API keys and tokens need no writing.',
  operator: { storage: 'unavailable' },
});

const tooFast = (excess: Excess | null): Failure | null =>
  excess && { code: 'rate_limited', detail: excess.reason, retryAfterMs: excess.retryAfterMs };

const PASSED_BEFORE: readonly CheckedStage[] = STAGES.slice(0, STAGES.indexOf('credential')).map(
  (stage: Stage) => ({ stage, outcome: 'passed' }),
);

/** Who it was that is refused after all is for the operator to see. */
function withIdentity(failure: Failure, identity: Identity | null): Failure {
  if (!identity) return failure;
  const { user, credential, credentialId } = identity;
  const operator = { user, credential, credentialId, ...simulatedMark(identity), ...failure.operator };
  return { ...failure, operator };
}

const forbidden = (detail: string): Failure => ({ code: 'channel_forbidden', detail });

const SCHEMES = ['basic', 'digest', 'negotiate', 'ntlm', 'token', 'apikey'];

function missing({ headers, transport }: HandshakeRequest): Failure {
  const scheme = headers.get('authorization')?.split(' ', 1)[0];
  if (scheme !== undefined)
    return {
      code: 'credential_missing',
      detail: 'The Authorization header uses another scheme than Bearer.',
      // Without a scheme the word is the credential itself, so only those that are known are named.
      operator: { authorizationScheme: SCHEMES.includes(scheme.toLowerCase()) ? scheme : 'other' },
    };
  return transport === 'websocket'
    ? {
        code: 'credential_missing',
        detail:
          'No credential came with the request, and without the subprotocol "greenlight.v1" none can follow.',
      }
    : { code: 'credential_missing' };
}
