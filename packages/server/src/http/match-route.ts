/** From a path to its row in the route table. Literal segments beat parameters, whatever the order of the rows. */
import type { Route, RouteParameters } from './route-table.ts';

export type RouteMatch = { readonly route: Route; readonly parameters: RouteParameters };
export type MatchRoute = (path: string) => RouteMatch | null;

/** Older callers say `/api/workflows…`. */
export function canonicalPath(path: string): string {
  return /^\/api\/workflows(?=\/|$)/.test(path) ? path.replace('/api/', '/api/v1/') : path;
}

/** Takes a canonical path without query. Parameters come percent-decoded; one that cannot be matches nothing. */
export function createMatchRoute(routes: readonly Route[]): MatchRoute {
  const patterns = routes.map((route) => ({ route, segments: route.path.split('/') }));
  patterns.sort((a, b) => rank(a.segments).localeCompare(rank(b.segments)));
  const literal = new Map(
    patterns
      .filter(({ route }) => !/[*{]/.test(route.path))
      .map(({ route }) => [route.path, { route, parameters: {} }]),
  );
  return (path) => {
    const found = literal.get(path);
    if (found) return found;
    const segments = path.split('/');
    for (const pattern of patterns) {
      const parameters = bind(pattern.segments, segments);
      if (parameters) return { route: pattern.route, parameters };
    }
    return null;
  };
}

/** Sorts `abc` before `{abc}` before `*`, segment by segment. */
const rank = (segments: readonly string[]): string =>
  segments.map((segment) => (segment === '*' ? '2' : segment.startsWith('{') ? '1' : '0')).join('');

function bind(pattern: readonly string[], segments: readonly string[]): RouteParameters | null {
  const parameters: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const segment = segments[at];
    if (expected === '*') return parameters;
    if (segment === undefined) return null;
    if (!expected.startsWith('{')) {
      if (segment !== expected) return null;
      continue;
    }
    const value = decoded(segment);
    if (!value) return null;
    parameters[expected.slice(1, -1)] = value;
  }
  return pattern.length === segments.length ? parameters : null;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
