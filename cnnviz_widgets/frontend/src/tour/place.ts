/** Where a bubble stands beside a block. */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  left: number;
  top: number;
}

/** Pixels between block and bubble, and between the bubble and the edges around it. */
export const GAP = 12;

/** The part of a box that lies in the room, so that its outline is seen on all sides. */
export function within(left: number, top: number, right: number, bottom: number, room: Size): Rect {
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  return { left: x, top: y, width: Math.max(0, Math.min(right, room.width) - x), height: Math.max(0, Math.min(bottom, room.height) - y) };
}

/**
 * Below the block where there is room, else above, else beside, else within it at its foot.
 *
 * All in pixels from the corner of the room.
 */
export function bubblePlace(block: Rect, bubble: Size, room: Size): { left: number; top: number } {
  const inside = (value: number, most: number): number => Math.max(GAP, Math.min(value, most - GAP));
  const left = inside(block.left + GAP, room.width - bubble.width);
  const [below, above] = [block.top + block.height + GAP, block.top - GAP - bubble.height];
  if (below + bubble.height + GAP <= room.height) return { left, top: below };
  if (above >= GAP) return { left, top: above };
  const top = inside(block.top + GAP, room.height - bubble.height);
  const [after, before] = [block.left + block.width + GAP, block.left - GAP - bubble.width];
  if (after + bubble.width + GAP <= room.width) return { left: after, top };
  if (before >= GAP) return { left: before, top };
  return { left, top: inside(block.top + block.height - bubble.height - GAP, room.height - bubble.height) };
}
