/** What lies over other parts of a frame: those below have no focus, no mouse and no keys meanwhile. */

/** Put something over these; what is given back takes it away again. */
export function cover(below: Iterable<HTMLElement>): () => void {
  // What another one lies over already stays below that.
  const mine = [...below].filter((each) => !each.inert);
  for (const each of mine) each.inert = true;
  return () => mine.splice(0).forEach((each) => (each.inert = false));
}

/** Whether something lies over it. */
export const isCovered = (el: Element): boolean => el.closest("[inert]") !== null;
