/** A command that failed, as its reply: what the one table says of the code, and a sentence about this command. */
import { problemInfo } from '@greenlight/handshake/refusals';
import type { ProblemCode } from '@greenlight/protocol/codes';
import type { CommandId, ErrorReply } from '@greenlight/protocol/frames';

export function errorReply(
  id: CommandId | null,
  { code, detail }: { readonly code: ProblemCode; readonly detail?: string },
): ErrorReply {
  const info = problemInfo(code);
  return {
    id,
    type: 'error',
    code,
    detail: detail ?? info.detail,
    retryable: info.retryable,
    fix: info.fix,
  };
}
