/** Which WebSocket paths there are. PROTOCOL.md section F. */
import { isChannelName, workflowChannel, workflowOf } from '@greenlight/protocol/channel';
import type { WebSocketRoute } from './accepted.ts';
import type { Plan } from './admission.ts';

/** Null when no WebSocket is served at `path` (without query, percent-encoding left alone). */
export function webSocketRoute(path: string): WebSocketRoute | null {
  if (path === '/api/v1/ws' || path === '/ws') return { kind: 'protocol' };
  if (!path.startsWith('/ws/')) return null;
  const name = decoded(path.slice('/ws/'.length));
  if (name === 'test') return { kind: 'echo' };
  if (name === 'validation_updates')
    return { kind: 'plain', name, channels: ['validations', 'recommendations'], defaultSince: null };
  if (!isChannelName(name)) return null;
  const channel = name.startsWith('wf_') ? workflowChannel(name) : name;
  // `/ws/wf_…` is short for `/ws/workflow:wf_…`, so both begin where the run began.
  const wholeRun = channel.startsWith('workflow:') && workflowOf(channel) !== null;
  return { kind: 'plain', name, channels: [channel], defaultSince: wholeRun ? 'earliest' : null };
}

/** The same with what it asks of a caller. A plain HTTP request to such a path climbs this ladder too: `upgrade_required`. */
export function websocketPlan(path: string): { route: WebSocketRoute; plan: Plan } | null {
  const route = webSocketRoute(path);
  if (!route) return null;
  const plan: Plan = {
    methods: ['GET'],
    credential: route.kind === 'protocol' ? 'in-band' : 'required',
    channels: route.kind === 'plain' ? route.channels : [],
    connection: true,
  };
  return { route, plan };
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
