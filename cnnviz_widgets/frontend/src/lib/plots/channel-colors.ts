/** A colour for each channel that is its own from when it is first asked for. */

export class ChannelColors {
  private readonly places = new Map<number, number>();

  /** Forget all: the numbers are channels of something else from now on. */
  clear(): void {
    this.places.clear();
  }

  /**
   * Colours of some channels, in their order. A new channel takes one that no channel has had yet;
   * when all are taken, one that none of these has; when even these are too many, colours repeat.
   */
  of(channels: readonly number[], palette: readonly string[]): string[] {
    for (const channel of channels) {
      if (this.places.has(channel)) continue;
      const ever = new Set(this.places.values());
      const here = new Set(channels.map((other) => this.places.get(other)));
      const places = palette.map((_, place) => place);
      const free = places.find((place) => !ever.has(place)) ?? places.find((place) => !here.has(place));
      this.places.set(channel, free ?? this.places.size % palette.length);
    }
    return channels.map((channel) => palette[this.places.get(channel)!]!);
  }
}
