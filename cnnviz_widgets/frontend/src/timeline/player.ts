/** Plays the moments as a film: one after the other, each when the one before has been shown. */

/** A moment stands at least so long. */
const SHORTEST_MS = 200;

export class Player {
  playing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    /** Goes to the next moment; false where there is none. */
    private readonly advance: () => boolean,
    /** Whether the moment that was gone to has been shown. */
    private readonly caughtUp: () => boolean,
    private readonly changed: () => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  start(): void {
    if (this.playing) return;
    this.playing = true;
    this.look();
    this.changed();
  }

  stop(): void {
    if (!this.playing) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.playing = false;
    this.changed();
  }

  /** Go on if it is time to: to be called whenever another moment has been shown. */
  look(): void {
    if (!this.playing || this.timer !== undefined || !this.caughtUp()) return;
    if (!this.advance()) {
      this.stop();
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, SHORTEST_MS);
  }
}
