import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function lines(format: 'json' | 'pretty', log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const written: string[] = [];
  log(createLogger({ format, write: (line) => void written.push(line), clock: () => 0 }));
  return written;
}

describe('the logger', () => {
  it('writes one JSON object in each line', () => {
    const [line = ''] = lines('json', (logger) => logger.warn({ code: 'draining' }, 'Refused.'));
    expect(JSON.parse(line)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'Refused.',
      code: 'draining',
    });
    expect(line.endsWith('}\n')).toBe(true);
  });

  it('shows errors with their stack', () => {
    const [line] = lines('json', (logger) => logger.error({ error: new Error('full') }, 'Failed.'));
    expect(line).toContain('Error: full\\n');
  });

  it('keeps what a client sent from forging a line', () => {
    const forged = '/a\n12:00:00.000 info  Let in.';
    expect(lines('pretty', (logger) => logger.info({ path: forged }, 'Let in.'))).toEqual([
      '00:00:00.000 info  Let in.  path=/a\\n12:00:00.000 info  Let in.\n',
    ]);
  });
});
