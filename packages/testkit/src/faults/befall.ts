/** Fault → connection. */
import { answer502 } from './answer-502.ts';
import { bufferSse } from './buffer-sse.ts';
import { corrupt } from './corrupt.ts';
import { cut } from './cut.ts';
import { delay } from './delay.ts';
import { dropAfter101 } from './drop-after-101.ts';
import type { Fault } from './fault.ts';
import { halfOpen } from './half-open.ts';
import type { Link } from './link.ts';
import { reset } from './reset.ts';
import { stall } from './stall.ts';
import { stripUpgrade } from './strip-upgrade.ts';
import { swallow } from './swallow.ts';
import { throttle } from './throttle.ts';

export function befall(link: Link, fault: Fault): void {
  switch (fault.kind) {
    case 'cut':
      return cut(link);
    case 'reset':
      return reset(link);
    case 'stall':
      return stall(link, fault.way);
    case 'half-open':
      return halfOpen(link, fault.survivor);
    case 'delay':
      return delay(link, fault.ms);
    case 'throttle':
      return throttle(link, fault.way, fault.bytesPerSecond);
    case 'corrupt':
      return corrupt(link, fault.way, fault.after);
    case 'buffer-sse':
      return bufferSse(link, fault.bytes);
    case 'swallow':
      return swallow(link, fault.containing);
    case 'answer-502':
      return answer502(link);
    case 'strip-upgrade':
      return stripUpgrade(link);
    case 'drop-after-101':
      return dropAfter101(link);
    default:
      return fault satisfies never;
  }
}
