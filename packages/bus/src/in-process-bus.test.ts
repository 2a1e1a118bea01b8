import { expect, it } from 'vitest';
import { describeBus } from './contract.ts';
import { createInProcessBus } from './in-process-bus.ts';

describeBus('in-process', async () => {
  const bus = createInProcessBus();
  return { join: async () => bus.join(), close: async () => {} };
});

it('never runs a listener inside the call that announces', async () => {
  const bus = createInProcessBus();
  const [a, b] = [bus.join(), bus.join()];
  const order: string[] = [];
  const heard = new Promise<void>((resolve) => {
    b.listen(() => {
      order.push('heard');
      resolve();
    });
  });
  const announced = a.announce({ channel: 'news', epoch: 'e1', entries: [] });
  order.push('returned');
  await announced;
  await heard;
  expect(order).toEqual(['returned', 'heard']);
});
