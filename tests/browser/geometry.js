// What is wrong with the places of things in a frame; geometry.py says what each fault means.
(frame) => {
  const TOLERANCE = 1.5;
  const LEAST = 24;
  const BUTTONS =
    "button, select, input, textarea, a[href], [role=button], [role=option], [role=tab], " +
    "[role=menuitem], [role=checkbox], [role=radio], [role=switch], [role=slider]";
  const faults = [];

  const name = (el) => {
    const said = (el.getAttribute("aria-label") || el.textContent || el.title || "").trim();
    const kind = el.classList[0] ? `.${el.classList[0]}` : el.tagName.toLowerCase();
    return said ? `${kind} '${said.replace(/\s+/g, " ").slice(0, 40)}'` : kind;
  };
  const shown = (el) => {
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    // Chromium holds parts of a drawing for visible whose group is not displayed.
    const { width, height } = el.getBoundingClientRect();
    return !(el instanceof SVGElement) || width > 0 || height > 0;
  };
  // Texts for screen readers alone are a pixel large, or cut away.
  const forReaders = (el) => {
    for (let at = el; at && at !== frame.parentElement; at = at.parentElement) {
      const { width, height } = at.getBoundingClientRect();
      const style = getComputedStyle(at);
      if (style.position === "absolute" && (width <= 1 || height <= 1 || style.clipPath.startsWith("inset(50%")))
        return true;
    }
    return false;
  };
  // Above all else: where it lies is not the frame's matter.
  const onTop = (el) => el.closest("[popover]:popover-open, dialog[open]");
  const box = (el) => {
    const { left, top, right, bottom } = el.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const common = (a, b) => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const wide = ({ left, right }) => right - left;
  const high = ({ top, bottom }) => bottom - top;
  const isEmpty = (rect) => wide(rect) <= 0 || high(rect) <= 0;
  // The part of a box that the elements around it, up to the frame, let through.
  const visible = (el, rect) => {
    for (let at = el.parentElement; at && at !== frame && frame.contains(at); at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX !== "visible" || style.overflowY !== "visible") rect = common(rect, box(at));
      if (onTop(at) === at) break;
    }
    return rect;
  };
  // What is laid out together: all within the nearest element that has a place of its own.
  const layerOf = (el) => {
    for (let at = el; at && at !== frame; at = at.parentElement)
      if (!["static", "relative"].includes(getComputedStyle(at).position)) return at;
    return frame;
  };
  const isWhole = (part, whole) =>
    wide(part) > wide(whole) - TOLERANCE && high(part) > high(whole) - TOLERANCE;

  // -- texts that are cut off

  const texts = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  const told = new Set();
  const lines = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const el = node.parentElement;
    if (!node.textContent.trim() || !shown(el) || el.closest("style, script, option") || forReaders(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const own = [...range.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
    if (!own.length) continue;
    lines.push(...own.map((line) => ({ el, layer: layerOf(el), part: visible(node, line) })));
    const rect = {
      left: Math.min(...own.map((line) => line.left)),
      right: Math.max(...own.map((line) => line.right)),
      top: Math.min(...own.map((line) => line.top)),
      bottom: Math.max(...own.map((line) => line.bottom)),
    };
    for (let at = el; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const [x, y] = [style.overflowX, style.overflowY];
      // What scrolls can be brought into sight.
      if (/auto|scroll/.test(x + y) && at.clientWidth) break;
      const clip = box(at);
      const across = /hidden|clip/.test(x) && (rect.left < clip.left - TOLERANCE || rect.right > clip.right + TOLERANCE);
      // A line's box is taller than its letters.
      const spare = Math.max(TOLERANCE, 0.2 * parseFloat(getComputedStyle(el).fontSize));
      const down = /hidden|clip/.test(y) && (rect.top < clip.top - spare || rect.bottom > clip.bottom + spare);
      const saysAll = at.closest("[title]") !== null || el.closest("[title]") !== null;
      const ellipsis = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
      if ((across || down) && !(ellipsis && saysAll)) {
        const whole = `${name(el)} by ${name(at)}`;
        if (!told.has(whole)) faults.push(`clipped: ${whole}${ellipsis ? " (an ellipsis without a title)" : ""}`);
        told.add(whole);
      }
      if (across || down || at === frame || onTop(at) === at) break;
    }
  }

  // -- texts that lie on one another: what floats above others may cover them

  for (const [i, one] of lines.entries()) {
    for (const other of lines.slice(i + 1)) {
      if (one.el === other.el || one.layer !== other.layer) continue;
      const both = common(one.part, other.part);
      const spare = 0.3 * Math.min(high(one.part), high(other.part));
      if (wide(both) <= TOLERANCE || high(both) <= spare) continue;
      const whole = `${name(one.el)} and ${name(other.el)}`;
      if (!told.has(whole)) faults.push(`overlap: ${whole}, texts`);
      told.add(whole);
    }
  }

  // -- controls

  const controls = [...frame.querySelectorAll(BUTTONS)]
    .filter((el) => shown(el) && !forReaders(el) && el.type !== "hidden")
    .map((el) => ({ el, whole: box(el), part: visible(el, box(el)) }))
    .filter(({ part }) => !isEmpty(part));

  for (const [i, one] of controls.entries()) {
    for (const other of controls.slice(i + 1)) {
      if (one.el.contains(other.el) || other.el.contains(one.el) || onTop(one.el) !== onTop(other.el)) continue;
      const both = common(one.part, other.part);
      if (wide(both) > TOLERANCE && high(both) > TOLERANCE)
        faults.push(`overlap: ${name(one.el)} and ${name(other.el)}, ${Math.round(wide(both))} × ${Math.round(high(both))} px`);
    }
  }

  for (const { el, whole, part } of controls) {
    // What scrolls half out of sight is as large as ever.
    if (!isWhole(part, whole) || getComputedStyle(el).display === "inline") continue;
    const label = el.labels?.[0] ?? el.closest("label");
    const area = label ? box(label) : whole;
    const isHit = (x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && (el.contains(hit) || Boolean(label?.contains(hit)));
    };
    const [x, y] = [(area.left + area.right) / 2, (area.top + area.bottom) / 2];
    const reach = LEAST / 2 - 0.75;
    // A pseudo-element may make the area larger than its box.
    const fits =
      (wide(area) >= LEAST - 0.5 || (isHit(x - reach, y) && isHit(x + reach, y))) &&
      (high(area) >= LEAST - 0.5 || (isHit(x, y - reach) && isHit(x, y + reach)));
    if (!fits) faults.push(`small: ${name(el)} is ${wide(area).toFixed(0)} × ${high(area).toFixed(0)} px`);
  }

  // -- what lies outside

  const edge = box(frame);
  for (const el of frame.querySelectorAll("*")) {
    if (!shown(el) || onTop(el) || forReaders(el) || el.closest("svg") !== (el.closest("svg") && el)) continue;
    const part = visible(el, box(el));
    if (isEmpty(part)) continue;
    const beyond = Math.max(edge.left - part.left, part.right - edge.right, edge.top - part.top, part.bottom - edge.bottom);
    const parent = el.parentElement;
    // What a part holds lies outside with it.
    const parentToo = parent !== frame && !isEmpty(box(parent)) &&
      Math.max(edge.left - box(parent).left, box(parent).right - edge.right,
        edge.top - box(parent).top, box(parent).bottom - edge.bottom) > TOLERANCE;
    if (beyond > TOLERANCE && !parentToo) faults.push(`outside: ${name(el)} by ${beyond.toFixed(0)} px`);
  }
  return faults;
}
