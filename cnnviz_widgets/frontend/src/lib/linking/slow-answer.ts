/** What is being waited for, told once the reader has waited a while. */

export const WAITING = "Waiting for the kernel. Where a cell is running, this may come after it.";

/** After so long without an answer the reader is told. */
const PATIENCE_MS = 800;

export class Patience {
  /** Whether it has come to an end, and the waiting has not. */
  over = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: () => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.wait(false));
  }

  /** Begin to wait, go on, or stop: what is the case now. */
  wait(waiting: boolean): void {
    if (waiting) {
      this.timer ??= setTimeout(() => {
        this.over = true;
        this.tell();
      }, PATIENCE_MS);
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    this.over = false;
  }
}
