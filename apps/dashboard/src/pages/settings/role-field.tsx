import { type Role, ROLES } from '@greenlight/protocol/role';
import { Field, INPUT } from '../../components/field.tsx';

/** What each role may do, in a few words. */
const MAY = {
  viewer: 'looks on',
  reviewer: 'and steers runs, decides recommendations',
  operator: 'and publishes, sees who connects',
  admin: 'and makes users and keys',
  service: 'for programs: runs and publishing',
} as const satisfies Record<Role, string>;

export function RoleField({ label }: { label: string }) {
  return (
    <Field label={label}>
      {(attributes) => (
        <select {...attributes} name="role" className={`${INPUT} h-[34px]`}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {role}: {MAY[role]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
