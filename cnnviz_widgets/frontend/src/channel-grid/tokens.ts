/** What the tokens are called that attention looks from and at: words where they are known, else numbers. */
import type { AnyModel } from "@anywidget/types";

import { asInt32 } from "../lib/linking/buffers";
import type { TokensState } from "../lib/wire/payloads";
import type { ChannelGridState } from "../lib/wire/states";
import type { AxisWords } from "../lib/plots/tile-axes";
import type { Sheet } from "./sheet";

export interface Tokens {
  /** The words of a sample's targets, or sources; none where they are not known. */
  targets: (sample: number) => string[];
  sources: (sample: number) => string[];
}

/** The tokens of a grid that shows attention; null of outputs. */
export function readTokens(model: AnyModel<TokensState & Pick<ChannelGridState, "_view">>): Tokens | null {
  if (model.get("_view") !== "attention") return null;
  const words = model.get("_token_words");
  const [samples, targets, sources] = model.get("_token_shape");
  const side = (numbers: Int32Array, length: number) => (sample: number): string[] =>
    sample < samples && numbers.length === samples * length
      ? Array.from(numbers.subarray(sample * length, (sample + 1) * length), (word) => words[word] ?? "")
      : [];
  return { targets: side(asInt32(model.get("_targets")), targets), sources: side(asInt32(model.get("_sources")), sources) };
}

/** A token of a pixel: `cat (3)`, `token 3`; of several that are averaged, from the first to the last. */
export function tokenName(words: readonly string[], pixel: number, averaged: number, length: number): string {
  const first = pixel * averaged;
  const last = Math.min(first + averaged, length) - 1;
  const name = (token: number): string => (words[token] ? `${words[token]} (${token})` : String(token));
  if (last > first) return words[first] ? `${name(first)} … ${name(last)}` : `tokens ${first}–${last}`;
  return words[first] ? name(first) : `token ${first}`;
}

/** The words along a tile of a row; null where there are none. */
export function axisWords({ tokens, samples, reduction: [down, across] }: Sheet, row: number): AxisWords | null {
  if (!tokens) return null;
  const every = (words: readonly string[], step: number): string[] => words.filter((_, at) => at % step === 0);
  const words = { down: every(tokens.targets(samples[row]!), down), across: every(tokens.sources(samples[row]!), across) };
  return words.down.length + words.across.length > 0 ? words : null;
}
