import { Field, INPUT } from '../../components/field.tsx';
import type { Me } from '../../data/session.ts';
import { CreateForm } from './create-form.tsx';
import { RoleField } from './role-field.tsx';

const DAY_MS = 86_400_000;
/** How long a key counts: the fewer days, the less a lost one is worth. */
const LIVES: readonly (readonly [string, number | null])[] = [
  ['in 90 days', 90],
  ['in a day', 1],
  ['in 30 days', 30],
  ['in a year', 365],
  ['never', null],
];

type WantedKey = {
  readonly name: string;
  readonly role: string;
  readonly user?: string;
  readonly channels?: readonly string[];
  readonly expiresAt?: string;
};

function wantedKey({ name = '', role = 'viewer', user, channels, days }: Record<string, string>): WantedKey {
  const patterns = (channels ?? '').split(/[\s,]+/).filter(Boolean);
  return {
    name,
    role,
    ...(user !== undefined && { user }),
    ...(patterns.length > 0 && { channels: patterns }),
    ...(days !== undefined && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
  };
}

type Props = { me: Me; onCreate: (wanted: WantedKey) => Promise<void> };

export function KeyForm({ me, onCreate }: Props) {
  return (
    <CreateForm what="key" onCreate={(values) => onCreate(wantedKey(values))}>
      <Field label="What the key is for">
        {(attributes) => (
          <input {...attributes} name="name" required maxLength={200} autoComplete="off" className={INPUT} />
        )}
      </Field>
      <RoleField label="Role of the key" />
      <Field label="Expires">
        {(attributes) => (
          <select {...attributes} name="days" className={`${INPUT} h-[34px]`}>
            {LIVES.map(([words, days]) => (
              <option key={words} value={days ?? ''}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Channels"
        optional
        hint="Patterns, such as orders:* or user:{user}. None: what its role may."
      >
        {(attributes) => (
          <input
            {...attributes}
            name="channels"
            autoComplete="off"
            spellCheck={false}
            placeholder="orders:*, workflow:*"
            className={`${INPUT} font-mono`}
          />
        )}
      </Field>
      <Field
        label="Acts as"
        optional
        hint={`Whose its runs and events are, such as ${me.user}. None: a user of its own.`}
      >
        {(attributes) => (
          <input
            {...attributes}
            name="user"
            maxLength={200}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className={INPUT}
          />
        )}
      </Field>
    </CreateForm>
  );
}
