/** All that an operator may set about who counts as whom. */
import { oidcProblems, type OidcSettings } from './oidc.ts';
import { type TokenSettings, tokenSettingsProblems } from './token-settings.ts';

export type IdentitySettings = {
  /** Default: no tokens count. */
  readonly tokens?: TokenSettings;
  /** Default: nobody signs in with OpenID Connect. */
  readonly oidc?: OidcSettings;
};

/** One sentence for each thing that cannot work; a server with any does not start. */
export function identityProblems({ tokens = {}, oidc }: IdentitySettings): readonly string[] {
  return [...tokenSettingsProblems(tokens), ...(oidc ? oidcProblems(oidc) : [])];
}
