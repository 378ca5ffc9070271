/**
 * Edges that go from the same groups to the same groups, drawn as one bundle through a node.
 *
 * A bundle is a biclique: each of its parents has an edge of its sign to each of its children, so
 * that every path through its node is an edge. The largest one is searched among the maximal
 * bicliques, which are the intersections of rows (Close-by-One: Kuznetsov 1993); its edges are
 * taken out and the search begins anew, as long as there is one of several to several. The least of
 * these, two to two, saves no ink, but a crossing.
 */

export interface Bundle {
  readonly sign: 1 | -1;
  readonly parents: readonly number[];
  readonly children: readonly number[];
}

interface Biclique {
  readonly rows: readonly number[];
  readonly columns: Mask;
  /** Lines saved: |A|·|B| edges become |A| + |B| halves. */
  readonly saved: number;
}

/** Below what two to two saves. */
const NONE = -1;

/** A bit a column, 32 in a word. */
type Mask = Int32Array;

/**
 * Intersections looked at in one cover. A matrix may have 2ⁿ maximal bicliques (all but the
 * diagonal); random ones of 24×24 have a few thousand. Beyond it the best found so far is taken.
 */
const MOST_LOOKED_AT = 60_000;
/** And in one search at least: enough to go once to the bottom. */
const LEAST_LOOKED_AT = 300;

/**
 * The edges of one pair of stations as bundles, each edge in exactly one.
 *
 * `sign` holds +1, −1 or 0 (no edge), a row of `children` for each of the `parents`. Bundles of
 * several parents and several children come first in each sign, the largest saving first; what is
 * left are single edges, of one parent and one child.
 */
export function bundles(sign: Int8Array, parents: number, children: number): Bundle[] {
  if (sign.length !== parents * children) {
    throw new RangeError(`${sign.length} signs for ${parents} × ${children} groups`);
  }
  const cover = (which: 1 | -1): Bundle[] => {
    const rows = Array.from({ length: parents }, (_, row) => maskOf(sign.subarray(row * children, (row + 1) * children), which));
    return covered(rows, children).map((bundle) => ({ sign: which, ...bundle }));
  };
  return [...cover(1), ...cover(-1)];
}

function covered(rows: Mask[], width: number): { parents: number[]; children: number[] }[] {
  const found = [];
  let left = MOST_LOOKED_AT;
  for (;;) {
    const { best, looked } = largest(rows, width, Math.max(left, LEAST_LOOKED_AT));
    if (!best) break;
    left -= looked;
    found.push({ parents: [...best.rows], children: columnsOf(best.columns, width) });
    for (const row of best.rows) rows[row] = rows[row].map((word, at) => word & ~best.columns[at]);
  }
  const single = rows.flatMap((row, parent) => columnsOf(row, width).map((child) => ({ parents: [parent], children: [child] })));
  return [...found, ...single];
}

/** The biclique that saves most, none where there is none of several to several. */
function largest(rows: readonly Mask[], columnCount: number, most: number): { best: Biclique | null; looked: number } {
  let best: Biclique | null = null;
  let looked = 0;
  const visit = (next: number, within: Mask): void => {
    const closed = [];
    for (let row = next; row < rows.length && looked < most; row++) {
      if (holds(rows[row], within)) continue;
      const columns = meet(rows[row], within);
      const width = sizeOf(columns);
      if (width < 2) continue;
      looked++;
      const members = closure(rows, row, columns, within);
      if (!members) continue;
      const saved = members.length * width - members.length - width;
      const found = { row, rows: members, columns, saved };
      if (saved > (best?.saved ?? NONE)) best = found;
      closed.push(found);
    }
    // The most saving first: what is found early prunes the rest.
    closed.sort((one, other) => other.saved - one.saved);
    for (const { row, rows: members, columns } of closed) {
      if (looked < most && bound(rows, row, members.length, columns) > (best?.saved ?? NONE)) visit(row + 1, columns);
    }
  };
  visit(0, new Int32Array(Math.ceil(columnCount / 32)).fill(-1));
  return { best, looked };
}

/** The rows that hold all columns; null where the same set is come to from an earlier row. */
function closure(rows: readonly Mask[], from: number, columns: Mask, before: Mask): number[] | null {
  const members = [];
  for (let row = 0; row < rows.length; row++) {
    if (!holds(rows[row], columns)) continue;
    if (row < from && !holds(rows[row], before)) return null;
    members.push(row);
  }
  return members;
}

/** The most that any biclique saves whose columns are some of these and whose further rows come later. */
function bound(rows: readonly Mask[], from: number, members: number, columns: Mask): number {
  const width = sizeOf(columns);
  // How many later rows share so many of the columns.
  const sharing = new Array<number>(width + 1).fill(0);
  for (let row = from + 1; row < rows.length; row++) sharing[shared(rows[row], columns)]++;
  sharing[width] = members;
  let most = 0;
  for (let count = width, high = 0; count >= 2; count--) {
    high += sharing[count];
    most = Math.max(most, high * count - high - count);
  }
  return most;
}

// Masks ---------------------------------------------------------------------------------------

function maskOf(signs: Int8Array, which: number): Mask {
  const mask = new Int32Array(Math.ceil(signs.length / 32));
  signs.forEach((sign, column) => {
    if (sign === which) mask[column >> 5] |= 1 << (column & 31);
  });
  return mask;
}

function columnsOf(mask: Mask, width: number): number[] {
  return Array.from({ length: width }, (_, column) => column).filter((column) => (mask[column >> 5] >> (column & 31)) & 1);
}

function meet(one: Mask, other: Mask): Mask {
  return one.map((word, at) => word & other[at]);
}

function holds(mask: Mask, part: Mask): boolean {
  for (let at = 0; at < part.length; at++) if (part[at] & ~mask[at]) return false;
  return true;
}

function shared(one: Mask, other: Mask): number {
  let count = 0;
  for (let at = 0; at < one.length; at++) count += ones(one[at] & other[at]);
  return count;
}

function sizeOf(mask: Mask): number {
  return shared(mask, mask);
}

/** How many bits of a word are set. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
