/**
 * What a family of colours means, it means everywhere. A hue is a group of the cut, the same in tree,
 * ribbon, heads, curves and strips; a blue is what is selected; a colour of the scale of
 * `health-panel/colors.ts` is a layer by its depth; those of the timeline's style sheet are losses and
 * metrics. Orange is trouble, red a wrong answer.
 */

/** On white 4.9 to 7.0 to one, on #212121 6.6 to 8.1; no blue, orange or red, which mean something. */
const LIGHT = ["#00796b", "#8e24aa", "#a06000", "#c2185b", "#5f7a00", "#5e46b8", "#006c86", "#8a4b38"] as const;
const DARK = ["#4db6ac", "#ce93d8", "#e0a95a", "#f48fb1", "#a8c256", "#b39ddb", "#5fc0d6", "#d0a090"] as const;

/** On white 3.0 to 13.5 to one, on #212121 3.8 to 13.2: for lines. */
const SELECTED_LIGHT = ["#1976d2", "#002b6b", "#5b9bd5", "#0d47a1"] as const;
const SELECTED_DARK = ["#64b5f6", "#d3e9fd", "#2f78d0", "#a6d2fb"] as const;

/** Blues of selected channels where their groups are not what is shown; there may be more channels. */
export const selectedColors = (dark: boolean): readonly string[] => (dark ? SELECTED_DARK : SELECTED_LIGHT);

/** Colours of groups, numbered from the left; there may be more groups than colours. */
export const groupColors = (dark: boolean): readonly string[] => (dark ? DARK : LIGHT);

/** The grey of channels that are in no group: for lines and marks, not for text. */
export const ALONE = (dark: boolean): string => (dark ? "#8f8f8f" : "#8a8a8a");

/** The colour of a group by its number; of none for -1. */
export const groupColor = (group: number, dark: boolean): string =>
  group < 0 ? ALONE(dark) : groupColors(dark)[group % LIGHT.length]!;
