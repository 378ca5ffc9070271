/** What is where, and what to look for there: a few blocks in the order of analysis. */
import type { TourState } from "../lib/wire/states";

export type Subject = TourState["subject"];

export interface Step {
  /** The block, by its classes: the first one that is shown. */
  block: string;
  title: string;
  text: string;
}

/** Words that differ by what the model is of. */
interface Words {
  /** Where to begin. */
  begin: string;
  /** What a row is, and what trouble looks like. */
  tiles: string;
}

const DEAD = "Black in every row means dead.";

const WORDS: Record<Subject, Words> = {
  image: {
    begin: "Near the image, at the top: layers stand from input to output.",
    tiles: `A row an image, a column a channel. ${DEAD} Tiles in which nothing of the image is left say little.`,
  },
  sequence: {
    begin: "Near the input, at the top: layers stand from input to output.",
    tiles: `A row a sequence, time running down, a column a channel. ${DEAD} Good channels follow the input.`,
  },
  text: {
    begin: "Near the words, at the top: layers stand from input to output.",
    tiles: `A row a text, word by word downwards, a column a channel. ${DEAD} Look for the words at which a channel speaks.`,
  },
  table: {
    begin: "Near the input, at the top: layers stand from input to output.",
    tiles: "A row a sample, a column a feature. Columns alike say the same twice; a column of zeros is dead.",
  },
  generator: {
    begin: "Near the image, at the end: the last layers draw.",
    tiles: `A row a sample, a column a channel. ${DEAD} Rows that are all alike: the generator makes one image for all.`,
  },
};

const WEIGHTS = "A row an output, a column an input. Structure is what was learnt; noise is where training began.";

/** The steps for a model of this kind. */
export const steps = (subject: Subject): readonly Step[] => [
  {
    block: ".cnnviz-layer-selector",
    title: "Where to begin?",
    text: `${WORDS[subject].begin} The keys [ and ] go through them in the order of analysis; marked ones have findings.`,
  },
  {
    block: ".cnnviz-dendrogram",
    title: "Which channels do the same?",
    text: "They join low in the tree. Drag the cut: what joins below it is one group, with one colour.",
  },
  { block: ".cnnviz-grid-stage", title: "What does a channel answer to?", text: WORDS[subject].tiles },
  { block: ".cnnviz-parameters-stage", title: "What has been learnt?", text: WEIGHTS },
  {
    block: ".cnnviz-frame-bar",
    title: "Is the model sound?",
    text: "Diagnose looks through every layer. Outputs come first, then Weights: kernels before dense ones.",
  },
  {
    block: ".cnnviz-frame-drawer",
    title: "What is wrong, and what cures it?",
    text: "Findings are grouped by cause, the worst first, each with evidence and cure. Trials tell what the model does without some channels.",
  },
  {
    block: ".cnnviz-timeline",
    title: "When did it begin?",
    text: "Drag the play head through the training. A mark says where units died or weights stood still; click it to be there.",
  },
];
