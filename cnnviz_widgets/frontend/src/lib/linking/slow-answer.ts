/** What is being waited for, told once the reader has waited a while. */

export const WAITING = "Waiting for the kernel. Where a cell is running, this may come after it.";

/** After so long without an answer the reader is told. */
const SLOW_MS = 800;

export class SlowAnswer {
  /** Whether the reader has waited so long, and still waits. */
  over = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly notify: () => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.wait(false));
  }

  /** Begin to wait, go on, or stop: what is the case now. */
  wait(waiting: boolean): void {
    if (waiting) {
      this.timer ??= setTimeout(() => {
        this.over = true;
        this.notify();
      }, SLOW_MS);
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    this.over = false;
  }
}
