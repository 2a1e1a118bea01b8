/** A password from a terminal, without echo, or from standard input. Never from an argument: those are seen by all. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { UsageError } from './command.ts';

/** Asks twice on a terminal; `fromInput` takes the first line of standard input. */
export async function readPassword(user: string, fromInput: boolean): Promise<string> {
  if (fromInput) {
    const [line = ''] = (await text(process.stdin)).split(/\r?\n/);
    if (line === '') throw new UsageError('Standard input holds no password.');
    return line;
  }
  if (!process.stdin.isTTY)
    throw new UsageError(
      'There is no terminal to ask for the password: use --password-stdin or --random-password.',
    );
  const password = await askHidden(`Password for ${user}: `);
  if ((await askHidden('The same again: ')) !== password)
    throw new UsageError('The two passwords are not the same.');
  return password;
}

/** Raw mode: the terminal shows nothing of what is typed. */
async function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question, so that an answer that comes at once is not shown either.
  stdin.setRawMode(true).setEncoding('utf8').resume();
  stderr.write(question);
  let typed = '';
  try {
    for (;;) {
      const [keys] = (await once(stdin, 'data')) as [string];
      for (const key of keys) {
        if (key === '\r' || key === '\n' || key === '\u0004') return typed;
        if (key === '\u0003') throw new UsageError('Interrupted.');
        typed = key === '\u007F' || key === '\b' ? Array.from(typed).slice(0, -1).join('') : typed + key;
      }
    }
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write('\n');
  }
}
