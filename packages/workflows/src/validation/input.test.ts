import { describe, expect, it } from 'vitest';
import { parseValidationInput } from './input.ts';

function detail(value: unknown, defaults?: object): string {
  const parsed = parseValidationInput(value, defaults);
  return parsed.ok ? 'accepted' : parsed.detail;
}

describe('the input of a validation', () => {
  it('needs something to validate', () => {
    expect(detail({})).toContain('Name what to validate: `paths`');
    expect(detail(null)).toContain('{"paths": ["docs"]}');
    expect(detail('docs')).toContain('{"paths": ["docs"]}');
    expect(detail({ paths: ['docs'] })).toBe('accepted');
    expect(detail({ content: [{ name: 'a.md', text: '# A\n' }] })).toBe('accepted');
  });

  it('[V15] refuses an unknown option and names the known ones', () => {
    expect(detail({ paths: ['a'], path: 'b' })).toMatch(
      /^`path` is not an option of a validation\. Known are: paths, content/,
    );
    expect(detail({ paths: ['a'], limits: { maxBytes: 1 } })).toContain('`limits.maxBytes`');
    expect(detail({ paths: ['a'], rules: { MD999: 'off' } })).toMatch(/^`MD999` is not a rule/);
    expect(detail({ paths: ['a'], rules: { MD013: 'loud' } })).toContain('`rules.MD013`');
    expect(detail({ paths: ['a'], profile: 'lenient' })).toContain('`profile`');
  });

  it('lays defaults under what was asked', () => {
    const parsed = parseValidationInput({ paths: ['a'] }, { profile: 'strict', paths: ['b'] });
    expect(parsed.ok && parsed.input).toMatchObject({ profile: 'strict', paths: ['a'] });
  });

  it('asks the web only when told to, with limits', () => {
    const silent = parseValidationInput({ paths: ['a'] });
    const asked = parseValidationInput({ paths: ['a'], external: true });
    const some = parseValidationInput({ paths: ['a'], external: { perHost: 1 } });
    expect(silent.ok && silent.input.external).toBe(null);
    expect(asked.ok && asked.input.external).toMatchObject({ concurrency: 8, perHost: 2, timeoutMs: 10_000 });
    expect(some.ok && some.input.external).toMatchObject({ concurrency: 8, perHost: 1 });
  });
});
