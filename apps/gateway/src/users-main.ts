/**
 * Accounts of a stopped server: the first administrator, a lost password. `greenlight users … --data` runs it as a
 * process; one JSON object comes on standard input, one goes to standard output.
 */
import { text } from 'node:stream/consumers';
import { LogOpenError } from '@greenlight/log/log-open-error';
import { ROLES } from '@greenlight/protocol/role';
import { createUser } from '@greenlight/server/auth/create-user';
import { resetPassword } from '@greenlight/server/auth/reset-password';
import { z } from 'zod';
import { openRecords } from './compose.ts';

const BY = 'command line';
const password = z.string().min(1).max(1_000).optional();
const taskSchema = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('create'),
    data: z.string().min(1),
    user: z.string().min(1),
    role: z.enum(ROLES, { error: `The role is one of ${ROLES.join(', ')}.` }),
    name: z.string().min(1).max(200).optional(),
    mustChangePassword: z.boolean().optional(),
    password,
  }),
  z.object({ task: z.literal('password'), data: z.string().min(1), user: z.string().min(1), password }),
]);
type Task = z.infer<typeof taskSchema>;

type Answer =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failure: { readonly code: string; readonly detail: string } };

async function perform(task: Task): Promise<Answer> {
  const log = await openRecords(task.data);
  try {
    const done =
      task.task === 'create'
        ? await createUser(log, { ...given(task), createdBy: BY })
        : await resetPassword(log, {
            user: task.user,
            by: BY,
            ...(task.password !== undefined && { password: task.password }),
          });
    if (!done.ok) return { ok: false, failure: { code: done.code, detail: done.detail } };
    return { ok: true, value: { ...done.info, ...(done.password !== null && { password: done.password }) } };
  } finally {
    await log.close();
  }
}

function given({
  user,
  role,
  name,
  mustChangePassword,
  password: wanted,
}: Extract<Task, { task: 'create' }>) {
  return {
    user,
    role,
    ...(name !== undefined && { name }),
    ...(mustChangePassword !== undefined && { mustChangePassword }),
    ...(wanted !== undefined && { password: wanted }),
  };
}

async function main(): Promise<Answer> {
  const parsed = taskSchema.safeParse(JSON.parse(await text(process.stdin)));
  if (!parsed.success) {
    const detail = parsed.error.issues.map(({ message }) => message).join(' ');
    return { ok: false, failure: { code: 'invalid_input', detail } };
  }
  try {
    return await perform(parsed.data);
  } catch (error) {
    if (!(error instanceof LogOpenError)) throw error;
    return { ok: false, failure: { code: error.code, detail: error.message } };
  }
}

process.stdout.write(JSON.stringify(await main()));
