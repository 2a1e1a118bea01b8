/** What a validation came to, here or on a server. */
import type { Report } from '@greenlight/workflows/validation/api';
import type { Failure } from '../tell-failure.ts';

export type Outcome =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'interrupted' };

/** The input of a validation as `parseValidationInput` reads it. */
export type Input = {
  readonly paths: readonly string[];
  readonly profile?: string;
  readonly schema?: string;
  readonly truth?: string;
  readonly external?: boolean;
};
