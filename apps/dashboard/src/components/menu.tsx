import type { KeyboardEvent, ReactNode } from 'react';
import { useRef } from 'react';
import { Popover } from './popover.tsx';

type Props = {
  label: string;
  renderTrigger: (attributes: { popoverTarget: string; 'aria-haspopup': 'menu' }) => ReactNode;
  align?: 'start' | 'end';
  children: ReactNode;
};

const itemsOf = (menu: HTMLElement): readonly HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role^=menuitem]'),
];

/** Which item a key leads to, from the one at `at`; null for keys that are not the menu's. */
function target(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** A menu by the ARIA pattern: arrows move, Escape and Tab leave, choosing closes. */
export function Menu({ label, renderTrigger, align = 'end', children }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent): void => {
    if (!menu.current) return;
    if (event.key === 'Tab') menu.current.hidePopover();
    const items = itemsOf(menu.current);
    const next = target(
      event.key,
      items.findIndex((item) => item === document.activeElement),
      items.length,
    );
    if (next === null) return;
    event.preventDefault();
    items[next]?.focus();
  };
  return (
    <Popover
      ref={menu}
      label={label}
      role="menu"
      align={align}
      renderTrigger={({ popoverTarget }) => renderTrigger({ popoverTarget, 'aria-haspopup': 'menu' })}
      onOpen={(element) => itemsOf(element)[0]?.focus()}
      className="min-w-44"
    >
      {/* Keys and presses of the items arrive here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div className="p-1" onKeyDown={press} onClick={() => menu.current?.hidePopover()}>
        {children}
      </div>
    </Popover>
  );
}

const ITEM =
  'flex h-8 w-full items-center gap-2 rounded-md px-2 text-left select-none hover:bg-hover focus:bg-hover [&_svg]:size-3.5 [&_svg]:text-muted';

/** `checked` makes it one of a group of which one is chosen. */
export function MenuItem(props: { onSelect: () => void; checked?: boolean; children: ReactNode }) {
  const { onSelect, checked, children } = props;
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      tabIndex={-1}
      className={ITEM}
      onClick={onSelect}
    >
      {children}
    </button>
  );
}

export function MenuLink({
  href,
  download,
  children,
}: {
  href: string;
  download?: string;
  children: ReactNode;
}) {
  return (
    <a role="menuitem" tabIndex={-1} href={href} download={download} className={ITEM}>
      {children}
    </a>
  );
}

export const MenuNote = ({ children }: { children: ReactNode }) => (
  <p role="presentation" className="px-2 py-1.5 text-xs text-muted">
    {children}
  </p>
);

export const MenuLine = () => <hr className="my-1 border-line" />;
