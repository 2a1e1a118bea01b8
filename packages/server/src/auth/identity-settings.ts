/** All that an operator may set about who counts as whom. */
import type { ServerInfo } from '../info.ts';
import { oidcProblems, type OidcSettings } from './oidc.ts';
import { simulatedProblems, type SimulatedSettings } from './simulated.ts';
import { type TokenSettings, tokenSettingsProblems } from './token-settings.ts';

export type IdentitySettings = {
  /** Default: no tokens count. */
  readonly tokens?: TokenSettings;
  /** Default: nobody signs in with OpenID Connect. */
  readonly oidc?: OidcSettings;
  /** Default: there is none. Never in production. */
  readonly simulatedSignIn?: SimulatedSettings;
};

/** One sentence for each thing that cannot work; a server with any does not start. */
export function identityProblems(
  { tokens = {}, oidc, simulatedSignIn }: IdentitySettings,
  environment: ServerInfo['environment'],
): readonly string[] {
  const tokenSecret = tokens.secret;
  return [
    ...tokenSettingsProblems(tokens),
    ...(oidc ? oidcProblems(oidc) : []),
    ...(simulatedSignIn ? simulatedProblems(simulatedSignIn, { environment, tokenSecret }) : []),
  ];
}
