/** What turning the wheel means: rows down, with Shift sideways, with Ctrl or a pinch the size. */
import { element } from "./elements";

export interface Turned {
  /** Pixels to scroll. */
  down: number;
  across: number;
  /** By how much to enlarge; undefined where it only scrolls. */
  zoom?: number;
}

/** Browsers count in pixels, lines or pages. */
const pixels = (delta: number, mode: number): number => delta * ([1, 16, 400][mode] ?? 1);

export function wheelOf(event: WheelEvent): Turned {
  const { deltaMode, shiftKey, ctrlKey, metaKey } = event;
  const [across, down] = [pixels(event.deltaX, deltaMode), pixels(event.deltaY, deltaMode)];
  // A pinch on a trackpad comes as small turns with Ctrl.
  if (ctrlKey || metaKey) return { down: 0, across: 0, zoom: Math.exp(-down * (Math.abs(down) < 20 ? 0.01 : 0.0022)) };
  if (shiftKey) return { down: 0, across: across || down };
  return Math.abs(across) > Math.abs(down) ? { down: 0, across } : { down, across: 0 };
}

const SHOWN_MS = 3500;
/** On this page. */
let told = false;

/** Tells once a page, to whom turns the wheel over tiles, how their size is changed. */
export class WheelHint {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly stage: HTMLElement,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  show(): void {
    if (told) return;
    told = true;
    const hint = element("div", "cnnviz-hint", { role: "status" }, "Ctrl + wheel: tile size");
    this.stage.append(hint);
    this.timer = setTimeout(() => hint.remove(), SHOWN_MS);
  }
}
