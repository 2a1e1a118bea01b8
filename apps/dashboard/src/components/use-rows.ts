import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useRef, type RefObject } from 'react';

type Options = {
  readonly count: number;
  /** Pixels of a row that was not measured. */
  readonly height: (index: number) => number;
  readonly key: (index: number) => string | number;
};

export type Rows = {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: Virtualizer<HTMLElement, HTMLElement>;
};

/** Only the rows in view exist, so ten thousand scroll like ten. */
export function useRows({ count, height, key }: Options): Rows {
  const scroller = useRef<HTMLElement>(null);
  // It is made for the React Compiler's absence, which is how this page is built.
  // oxlint-disable-next-line react/incompatible-library
  const rows = useVirtualizer<HTMLElement, HTMLElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: height,
    getItemKey: key,
    overscan: 12,
  });
  return { scroller, rows };
}
