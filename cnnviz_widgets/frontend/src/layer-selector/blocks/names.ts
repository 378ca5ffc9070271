/** What layers' names say: which were given by hand, and which words they share. */

/** What is looked at of a layer, or of a model or block that stands among layers. */
export interface Named {
  name: string;
  /** Its class; "" where that is not known, as of a model that stands for its layers. */
  kind: string;
}

/** `conv2d_3` of a Conv2D: nobody chose this name, so that it says nothing of where it belongs. */
export function isAutomatic({ name, kind }: Named): boolean {
  const word = name.replace(/_\d+$/, "").replaceAll("_", "").toLowerCase();
  return kind !== "" && word === kind.toLowerCase();
}

/** Words with a number and a letter that are one word all the same. */
const DIMENSIONS = /(conv|pool|pooling|padding|cropping|dropout|upsampling|transpose)\d[dD]$/;

/**
 * Where the words of a name end: `conv2_block1_1_conv` has the words conv2, block1, 1 and conv. A
 * number belongs to the word before it, as in `block_1_add`; a letter behind one is a word, as in
 * `block2a_bn`.
 */
export function wordEnds(name: string): number[] {
  const ends: number[] = [];
  for (const found of name.matchAll(/[^_./\-\s]+/g)) {
    const [word] = found;
    const end = found.index + word.length;
    const counts = /^\d+$/.test(word) && ends.length > 0 && !/\d$/.test(name.slice(0, ends.at(-1)));
    if (counts) ends.pop();
    if (/^[A-Za-z]+\d+[a-z]$/.test(word) && !DIMENSIONS.test(word)) ends.push(end - 1);
    ends.push(end);
  }
  return ends;
}

/** What is left of a name without its block's; the whole name where no word would be left. */
export function withoutPrefix(name: string, prefix: string): string {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length).replace(/^[_./\-\s]+/, "") : name;
  return /[A-Za-z]/.test(rest) ? rest : name;
}

/** A name with its numbers taken out: equal for what differs in nothing else. */
export const stem = (name: string): string => name.replace(/\d+/g, "#");

/** `block1 … 6` of block1 to block6, or both names. */
export function range(first: string, last: string): string {
  const number = /\d+$/.exec(last);
  const counted = number && stem(first) === stem(last);
  return `${first} … ${counted ? number[0] : last}`;
}
