/** Which edges are drawn: the fewest that make a share of all effect. */

/**
 * 1 for each of the fewest effects that make `share` (0…1) of Σ|effect|, else 0.
 *
 * Of equal ones the first; what is zero or not finite is never one of them.
 */
export function strongestShare(effects: Float32Array, share: number): Uint8Array {
  const strength = Float64Array.from(effects, (effect) => (Number.isFinite(effect) ? Math.abs(effect) : 0));
  const ranked = [...strength.keys()].filter((at) => strength[at] > 0).sort((one, other) => strength[other] - strength[one] || one - other);
  // Summed in the same order as below: all of them make exactly all of it.
  const total = ranked.reduce((sum, at) => sum + strength[at], 0);
  const drawn = new Uint8Array(effects.length);
  let sum = 0;
  for (const at of ranked) {
    if (sum >= share * total) break;
    sum += strength[at];
    drawn[at] = 1;
  }
  return drawn;
}

/**
 * The same for all edges into one station, whose `children` groups stand for the columns of each of
 * the `matrices`; a matrix has the groups of one of its parents as rows.
 *
 * The share is that of each child group's incoming effect, over all parents together. An effect is
 * in standard deviations of what it acts on, and of a group that is nearly constant these are tiny:
 * measured on a small trained network, one pair of stations had 16 times the effect of the median
 * pair, and of one budget for the map, or for a pair, such a group would take nearly all. So every
 * box tells the same of itself: what its lines carry is this share of all that acts on it. The
 * strongest edge into each group is always there.
 */
export function strongestEdges(matrices: readonly Float32Array[], share: number, children: number): Uint8Array[] {
  const drawn = matrices.map((matrix) => new Uint8Array(matrix.length));
  for (let child = 0; child < children; child++) {
    const edges = matrices.flatMap((matrix, at) => {
      const parents = Math.floor(matrix.length / children);
      return Array.from({ length: parents }, (_, parent) => ({ at, index: parent * children + child }));
    });
    const strongest = strongestShare(Float32Array.from(edges, ({ at, index }) => matrices[at][index]), Math.max(share, Number.EPSILON));
    edges.forEach(({ at, index }, edge) => (drawn[at][index] = strongest[edge]));
  }
  return drawn;
}
