/** Starting a validation, as the dialog and the first run's button do. */
import type { RunSnapshot } from '@greenlight/protocol/run';
import { post } from './api.ts';

export const PROFILES = ['default', 'strict', 'quick', 'content_only'] as const;
export type Profile = (typeof PROFILES)[number];

export type ValidationRequest = {
  readonly paths: readonly string[];
  readonly profile: Profile;
  readonly schema?: string;
  readonly truth?: string;
  readonly external: boolean;
};

/** The documentation of the repository that Greenlight was started in. */
export const OWN_DOCS: ValidationRequest = { paths: ['*.md', 'docs'], profile: 'default', external: false };

export const startValidation = (input: ValidationRequest): Promise<RunSnapshot> =>
  post<RunSnapshot>('/api/v1/workflows', { kind: 'validation', input });
