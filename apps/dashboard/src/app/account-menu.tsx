import { Check, CircleUser, LogOut, Monitor, Moon, Sun, type LucideIcon } from 'lucide-react';
import { classes } from '../components/classes.ts';
import { Menu, MenuItem, MenuLine, MenuNote } from '../components/menu.tsx';
import { signOut, type Me } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { chooseTheme, theme, type Theme } from '../data/theme.ts';
import { reportFailure } from '../components/toasts.tsx';

const THEMES: readonly (readonly [Theme, string, LucideIcon])[] = [
  ['system', 'As the system', Monitor],
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
];

export function AccountMenu({ me, compact = false }: { me: Me; compact?: boolean }) {
  const chosen = useStore(theme);
  return (
    <Menu
      label="Account"
      align={compact ? 'end' : 'start'}
      renderTrigger={(attributes) => (
        <button
          type="button"
          {...attributes}
          className={classes(
            'flex items-center gap-2.5 rounded-md text-left hover:bg-hover',
            compact ? 'size-11 justify-center' : 'w-full px-2 py-1.5',
          )}
        >
          <CircleUser className="size-4 shrink-0 text-muted" aria-hidden />
          <span className="sr-only">{compact ? `Account: ${me.name}` : 'Account: '}</span>
          {!compact && (
            <span className="min-w-0 flex-1 leading-4">
              <span className="block truncate text-sm font-medium">{me.name}</span>
              <span className="block text-xs text-muted">{me.role}</span>
            </span>
          )}
        </button>
      )}
    >
      <MenuNote>Appearance</MenuNote>
      {THEMES.map(([value, name, Icon]) => (
        <MenuItem key={value} checked={chosen === value} onSelect={() => chooseTheme(value)}>
          <Icon aria-hidden />
          <span className="flex-1">{name}</span>
          {chosen === value && <Check aria-hidden />}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => void signOut().catch(reportFailure)}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
}
