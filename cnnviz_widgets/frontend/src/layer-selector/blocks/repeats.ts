/** Sequences that repeat: `a b c a b c d` is twice `a b c`, and `d`. */

export interface Repeat {
  /** Where the first one begins, how long each is, and how many there are. */
  start: number;
  period: number;
  times: number;
}

/** A longer sequence is not looked for. */
const LONGEST = 32;
/** So much has to repeat before it is worth a row of its own: of single steps, and of sequences. */
const SINGLES = 8;
const COVERED = 8;

/** The repeats of a sequence, none over another; of each beginning the one that covers most. */
export function repeats(signs: readonly string[]): Repeat[] {
  const matches = matching(signs);
  const found: Repeat[] = [];
  for (let start = 0; start < signs.length; ) {
    const best = longestAt(start, matches);
    if (best) found.push(best);
    start += best ? best.period * best.times : 1;
  }
  return found;
}

/** For each period and place: how many steps from there on equal the one a period later. */
function matching(signs: readonly string[]): Int32Array[] {
  const longest = Math.min(LONGEST, signs.length >> 1);
  return Array.from({ length: longest }, (_, at) => {
    const period = at + 1;
    const counts = new Int32Array(signs.length + 1);
    for (let place = signs.length - period - 1; place >= 0; place--) {
      counts[place] = signs[place] === signs[place + period] ? counts[place + 1]! + 1 : 0;
    }
    return counts;
  });
}

function longestAt(start: number, matches: readonly Int32Array[]): Repeat | undefined {
  let best: Repeat | undefined;
  let most = 0;
  matches.forEach((counts, at) => {
    const period = at + 1;
    const times = Math.floor(counts[start]! / period) + 1;
    const covered = times * period;
    const enough = times >= (period === 1 ? SINGLES : 2) && covered >= COVERED;
    if (enough && covered > most) {
      best = { start, period, times };
      most = covered;
    }
  });
  return best;
}
