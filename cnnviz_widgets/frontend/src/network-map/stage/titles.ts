/** Titles as short as they can be: what all stations of a stage have in common stands once, above them. */

export interface StageTitles {
  /** What their titles begin with alike; "" for nothing. */
  shared: string;
  titles: string[];
}

const JOINED = /[_/]/;
const NUMBER = /^\d+$/;

/** `conv2_block1_out` and `conv2_block2_out` are block1 and block2 of conv2. */
export function stageTitles(titles: readonly string[]): StageTitles {
  const words = titles.map((title) => title.split(JOINED));
  const least = Math.min(...words.map(({ length }) => length));
  if (titles.length < 2 || least < 2) return { shared: "", titles: [...titles] };
  const alike = (at: (words: readonly string[]) => string | undefined): boolean => words.every((each) => at(each) === at(words[0]!));
  let [begin, end] = [0, 0];
  while (begin < least - 1 && alike((each) => each[begin])) begin++;
  // A number alone is no title: `conv2d_2` stays that.
  while (begin > 0 && words.some((each) => NUMBER.test(each[begin]!))) begin--;
  while (begin + end < least - 1 && alike((each) => each[each.length - 1 - end])) end++;
  return { shared: words[0]!.slice(0, begin).join("_"), titles: words.map((each) => each.slice(begin, each.length - end).join("_")) };
}
