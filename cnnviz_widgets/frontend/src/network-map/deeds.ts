/** All that can be done with a group, by the menu and by keys, and why not what cannot. */
import { counted } from "../lib/format";
import type { MapVerb } from "../lib/wire/payloads";
import type { Group, Station } from "./data";
import type { Deed } from "./parts/menu";

interface DeedHand {
  /** Why the kernel cannot be asked now; undefined where it can. */
  hindrance: string | undefined;
  select(): void;
  enlarge(): void;
  chain(): void;
  ask(verb: MapVerb, channels?: Iterable<number>, to?: number): void;
}

/** `selected`: channels of groups of this station. */
export function deedsOf({ group, channels, pinned }: Group, station: Station, selected: readonly number[], hand: DeedHand): Deed[] {
  const { title, groups, expandable, expanded } = station;
  const { hindrance } = hand;
  const others = selected.filter((channel) => !channels.includes(channel));
  const pin = pinned.length === channels.length ? "unpin" : "pin";
  const turn = expanded ? "fold" : "expand";
  const asked = (text: string, verb: MapVerb, of: Iterable<number>, to: number, key?: string, why?: string): Deed => ({
    text, key, hindrance: hindrance ?? why, act: () => hand.ask(verb, of, to),
  });
  return [
    { text: "Select its channels", key: "Enter", act: () => hand.select() },
    { text: "Enlarge", key: "Z", act: () => hand.enlarge() },
    { text: "Strongest chain through it", key: "C", act: () => hand.chain() },
    asked(others.length > 0 ? `Move ${counted(others.length, "selected channel")} here` : "Move selected here", "move", others, group, "M", others.length > 0 ? undefined : `Select channels of other groups of ${title}`),
    asked("Split in two", "split", channels, group, "X", channels.length > 1 ? undefined : "It is one channel"),
    asked(pin === "pin" ? "Pin its channels" : "Unpin its channels", pin, channels, group, "P"),
    ...groups.filter((each) => each.group !== group).map((other) => asked(`Merge into group #${other.group}`, "merge", channels, other.group)),
    ...(expandable || expanded ? [asked(`${expanded ? "Fold" : "Unfold"} ${title}`, turn, [], -1, expanded ? "−" : "+")] : []),
    asked(`Group ${title} anew`, "reset", [], -1),
  ];
}
