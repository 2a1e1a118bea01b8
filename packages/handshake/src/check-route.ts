/** Stage `route`: is there something at this path, for this method? */
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

/** `methods` are those that the path answers; none = there is no such path. HEAD goes where GET goes. */
export function checkRoute(request: HandshakeRequest, methods: readonly string[]): Failure | null {
  if (methods.length === 0)
    return {
      code: 'route_not_found',
      detail:
        request.transport === 'websocket'
          ? 'No WebSocket is served at this path.'
          : 'There is nothing at this path.',
    };
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (methods.includes(method)) return null;
  return {
    code: 'method_not_allowed',
    detail: `This path answers ${methods.join(', ')}; the request used ${request.method}.`,
    operator: { allow: methods.join(', ') },
  };
}
