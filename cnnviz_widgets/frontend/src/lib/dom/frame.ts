/** Draw at most once a frame, however many changes ask for it. */
export function eachFrame(draw: () => void, signal: AbortSignal): () => void {
  let requested = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(requested));
  return () => {
    if (requested || signal.aborted) return;
    requested = requestAnimationFrame(() => {
      requested = 0;
      draw();
    });
  };
}
