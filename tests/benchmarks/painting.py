"""When a page has painted something: watched from outside, with nothing in the product to help."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.lab import CHROMIUM_ARGUMENTS, as_root, chromium_path

# JavaScript: `painted(signs, start)` resolves when every sign differs from what it was, with the
# number of frames since, the milliseconds, and the wall clock once that frame is painted.
WATCH = """
() => {
    const gauge = Object.assign(document.createElement('div'), { style:
        'position: fixed; top: 0; left: 0; width: 1px; height: 1px; visibility: hidden' });
    document.body.append(gauge);
    let onLayout = () => {};
    new ResizeObserver(() => onLayout()).observe(gauge);
    // A size changed in an animation callback is told in the same frame, when all animation
    // callbacks have run: what is seen then is what this frame paints.
    const beforePaint = () => new Promise(resolve => requestAnimationFrame(() => {
        onLayout = resolve;
        gauge.style.width = gauge.style.width === '1px' ? '2px' : '1px';
    }));
    const afterPaint = () => new Promise(resolve => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(null);
    });
    // One line of device pixels; more would be a cost of its own. It lies so many CSS pixels below
    // the canvas' top, or above its foot: in the heads, in the first row of tiles, in the ribbon.
    const strip = (selector, top) => () => {
        const canvas = document.querySelector(selector);
        const y = (top < 0 ? canvas.clientHeight + top : top) * canvas.height / canvas.clientHeight;
        const { data } = canvas.getContext('2d').getImageData(0, Math.floor(y), canvas.width, 1);
        return new Uint32Array(data.buffer).join();
    };
    // What a frame costs here when next to nothing is repainted: a canvas that follows the mouse.
    const lone = Object.assign(document.createElement('canvas'), { width: 300, height: 20,
        className: 'bench-lone', style: 'position: fixed; top: 0; left: 300px; z-index: 99999' });
    lone.addEventListener('pointermove', event => requestAnimationFrame(() => {
        const context = lone.getContext('2d');
        context.clearRect(0, 0, 300, 20);
        context.fillRect(event.offsetX, 0, 2, 20);
    }));
    document.body.append(lone);
    const bench = window.cnnvizBench = {
        signs: {
            grid: strip('.cnnviz-grid-overlay', 4),
            dendrogram: strip('.cnnviz-dendrogram-overlay', -2),
            density: () => [...document.querySelectorAll('.cnnviz-density .line')]
                .filter(path => path.style.strokeWidth === '3')
                .map(path => path.getAttribute('d')).join(),
            lone: strip('.bench-lone', 10),
            small: strip('.bench-small .cnnviz-grid-tiles', 30),
            big: strip('.bench-big .cnnviz-grid-tiles', 30),
        },
        read: names => names.map(name => bench.signs[name]()),
        async painted(names, before, start, most = 300) {
            const at = {};
            for (let frames = 1; frames < most; frames++) {
                await beforePaint();
                names.forEach((name, i) => {
                    if (!(name in at) && bench.signs[name]() !== before[i]) at[name] = frames;
                });
                if (names.every(name => name in at)) {
                    await afterPaint();
                    return { frames, at, ms: performance.now() - start, clock: Date.now() };
                }
            }
            throw new Error(`not repainted: ${names.filter(name => !(name in at))}`);
        },
        async idleFrame() {
            const times = [];
            for (let i = 0; i < 60; i++) times.push(await new Promise(requestAnimationFrame));
            return times.slice(1).map((time, i) => time - times[i]);
        },
        // Nothing of one measurement, such as collecting its garbage, falls into the next.
        idle: () => new Promise(resolve => requestIdleCallback(resolve, { timeout: 2000 })),
        // The next move of the mouse over it starts the clock, once the views have heard of it.
        armHover([selector, names]) {
            const before = bench.read(names);
            bench.result = undefined;
            document.querySelector(selector).addEventListener('pointermove',
                event => { bench.result = bench.painted(names, before, event.timeStamp); },
                { once: true });
        },
    };
}
"""


def load() -> str:
    """How busy the machine is otherwise: browser, server and kernel want a core each."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


@contextmanager
def detachable(folder: Path) -> Iterator[tuple[Page, Callable[[], None]]]:
    """A page of a Chromium that lives on when Playwright lets go of it.

    While Playwright holds a page, Chromium hands it a copy of whatever comes over the page's
    web sockets, as text; with megabytes, that work would be timed as well.
    """
    command = [
        *(chromium_path(), *CHROMIUM_ARGUMENTS, "--headless", "--window-size=1400,1000"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder}"),
        *(["--no-sandbox"] if as_root else []),
        "about:blank",
    ]
    port = folder / "DevToolsActivePort"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **quiet) as process:
        try:
            deadline = time.monotonic() + 60
            while not (port.exists() and port.read_text().strip()):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError("Chromium did not start")
                time.sleep(0.05)
            address = f"http://127.0.0.1:{port.read_text().split()[0]}"
            with sync_playwright() as playwright:
                browser = playwright.chromium.connect_over_cdp(address)
                yield browser.contexts[0].pages[0], browser.close
        finally:
            process.terminate()


def answered(path: Path, seconds: float) -> Any:
    """What a page that is let go of writes to a file, by way of its kernel."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"the page was not done within {seconds:g} seconds")
        time.sleep(0.1)
    found = json.loads(path.read_text())
    if "error" in found:
        raise RuntimeError(found["error"])
    return found
