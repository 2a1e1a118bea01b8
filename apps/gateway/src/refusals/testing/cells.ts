/** The matrix, unfolded: each code on each transport, or why not. */
import { type RefusalCode, REFUSAL_CODES } from '@greenlight/protocol/codes';
import type { Transport } from '@greenlight/protocol/transport';
import { type Provoke, type Recipe, RECIPES } from './recipes.ts';

export const TRANSPORTS = ['websocket', 'sse', 'long-poll', 'rest'] as const satisfies readonly Transport[];

type Place = { readonly code: RefusalCode; readonly transport: Transport };
export type Cell = Place & { readonly provoke: Provoke };

const places: readonly Place[] = REFUSAL_CODES.flatMap((code) =>
  TRANSPORTS.map((transport) => ({ code, transport })),
);
const recipeOf = ({ code, transport }: Place): Provoke | string => (RECIPES[code] as Recipe)[transport];

export const CELLS: readonly Cell[] = places.flatMap((place) => {
  const provoke = recipeOf(place);
  return typeof provoke === 'string' ? [] : [{ ...place, provoke }];
});

export const WHY_NOT: readonly (Place & { readonly why: string })[] = places.flatMap((place) => {
  const why = recipeOf(place);
  return typeof why === 'string' ? [{ ...place, why }] : [];
});
