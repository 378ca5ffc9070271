/** Lists of rows of which the keyboard is on one. */
import { clamp } from "../clamp";

/** The row that a key leads to from another; undefined for keys that lead nowhere. */
export function rowAfter(key: string, row: number, last: number): number | undefined {
  const rows: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + 8,
    PageUp: row - 8,
    Home: 0,
    End: last,
  };
  const next = rows[key];
  return next === undefined ? undefined : clamp(next, 0, last);
}

/** Scroll the list, and nothing around it, until the row can be seen; its beginning at the least. */
export function scrollTo(list: HTMLElement, row: HTMLElement): void {
  const { scrollTop, clientHeight } = list;
  const below = row.offsetTop + row.offsetHeight - clientHeight;
  if (row.offsetTop < scrollTop || row.offsetHeight > clientHeight) list.scrollTop = row.offsetTop;
  else if (below > scrollTop) list.scrollTop = below;
}
