/** All that an operator may set about who counts as whom. */
import { type TokenSettings, tokenSettingsProblems } from './token-settings.ts';

export type IdentitySettings = {
  /** Default: no tokens count. */
  readonly tokens?: TokenSettings;
};

/** One sentence for each thing that cannot work; a server with any does not start. */
export function identityProblems({ tokens = {} }: IdentitySettings): readonly string[] {
  return tokenSettingsProblems(tokens);
}
