"""The inspector in JupyterLab and Chromium while its model trains in a cell.

One inspector of a small CNN on the shipped part of Fashion-MNIST, with 64 samples. Its page is
watched from outside (`painting.py`), by no debugger. Browser, server, kernel and training share
the cores.
"""

from __future__ import annotations

import statistics
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.painting import WATCH, answered, detachable, load
from tests.benchmarks.table import Row
from tests.browser.lab import Lab, Notebook

UPDATES = 12
CLICKS = 12
# The second layer's picture has 1.6 MB: 64 samples of 128 channels of 14². `sent` notes when an
# update begins to be sent; `fit` trains until the page presses Stop.
MODEL = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import statistics, time
import keras
from keras import layers as L
import cnnviz_widgets as cv
from tests.benchmarks.zoo.data import scaled, training

images, labels = training()
images = scaled(images, "unit")
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    L.Conv2D(16, 5, padding="same", activation="relu", name="conv1"),
    L.MaxPooling2D(name="pool1"),
    L.Conv2D(128, 3, padding="same", activation="relu", name="conv2"),
    L.MaxPooling2D(name="pool2"),
    L.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
    L.Flatten(name="flatten"),
    L.Dense(64, activation="relu", name="dense"),
    L.Dense(10, name="logits"),
])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
inspector = cv.ModelInspector(model, images[:64], layer="conv2")
inspector.grid.add_class("bench-big")
megabytes = inspector.record.tiles.nbytes / 1e6

sent, steps = [], []
show = inspector.views.show
def noted(*given):
    sent.append(time.time())
    show(*given)
inspector.views.show = noted

class Clock(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.begun = time.perf_counter()
    def on_train_batch_end(self, batch, logs=None):
        steps.append(time.perf_counter() - self.begun)

def fit(every, budget):
    sent.clear()
    steps.clear()
    monitor = inspector.monitor(every, budget)
    model.fit(images, labels, 128, epochs=200, verbose=0, callbacks=[Clock(), monitor])
    assert not monitor.progress.error, monitor.progress.error

idle = inspector.monitor("batch", None)
def update():
    time.sleep(0.25)  # A monitor pauses for a fifth of a second between two updates.
    model.train_on_batch(images[:128], labels[:128])
    idle.update()
    assert not idle.progress.error, idle.progress.error
"""
# Three phases, one after the other; the answers leave the page by way of the kernel, in a file.
LIVE = """
async ([updates, clicks, answer]) => {
    const kernel = %s;
    const { cnnvizBench: bench } = window;
    // Frames to wait for a change, which takes a forward pass on a machine that may be busy.
    const PATIENCE = 3000;
    const execute = async (code, expression) => {
        const request = { code, user_expressions: { expression }, store_history: false };
        const { content } = await kernel.requestExecute(request).done;
        if (content.status !== 'ok') throw new Error(`${content.ename}: ${content.evalue}`);
        const { data, evalue } = content.user_expressions.expression;
        if (!data) throw new Error(evalue);
        return data['text/plain'];
    };
    const list = async name => JSON.parse(await execute('', name));
    bench.signs.title = () => document.querySelector('.cnnviz-inspector-name').textContent;
    // When the picture changed, each time; `more` is asked before each wait for a change.
    const changes = async more => {
        const clocks = [];
        let before = bench.read(['big']);
        while (await more(clocks.length)) {
            clocks.push((await bench.painted(['big'], before, 0, PATIENCE)).clock);
            before = bench.read(['big']);
        }
        return clocks;
    };
    const stop = () => [...document.querySelectorAll('.cnnviz-training-bar button')].at(-1).click();
    const choose = async path => {
        const rows = [...document.querySelectorAll('.cnnviz-layer-row')];
        const row = rows.find(({ title }) => title.split('\\n')[0] === path);
        const before = bench.read(['title', 'big']);
        const start = performance.now();
        row.click();
        // The title comes after the picture: only then is it that of the layer chosen.
        return (await bench.painted(['title', 'big'], before, start, PATIENCE)).ms;
    };
    const series = async () => {
        const found = {};
        let done;
        const idle = await changes(async number => {
            await done;
            await bench.idle();
            if (number <= updates) done = execute('update()', '0');
            return number <= updates;
        });
        found.idle = { painted: idle, sent: await list('sent') };

        const training = execute('fit("batch", 0.5)', '0');
        found.fit = { painted: await changes(async number => number <= updates) };
        stop();
        await training;
        Object.assign(found.fit, { sent: await list('sent'), steps: await list('steps') });

        const again = execute('fit("epoch", 0.05)', '0');
        // The first word of this training.
        const { signs } = bench;
        signs.state = () => document.querySelector('.cnnviz-training-bar').dataset.state;
        if (signs.state() !== 'training') {
            await bench.painted(['state'], bench.read(['state']), 0, PATIENCE);
        }
        found.clicks = [];
        for (let number = 0; number <= clicks; number++) {
            await bench.idle();
            found.clicks.push(await choose(['conv3', 'conv1', 'conv2'][number %% 3]));
        }
        stop();
        await again;
        found.steps = await list('steps');
        return found;
    };
    const found = await series().catch(error => ({ error: String(error.stack ?? error) }));
    const text = JSON.stringify(JSON.stringify(found));
    const path = JSON.stringify(answer);
    await execute(`import pathlib; pathlib.Path(${path}).write_text(${text})`, '0');
}
"""


def rows() -> list[Row]:
    """The rows of the table."""
    found = _measured()
    idle, during = (_latencies(**found[phase]) for phase in ("idle", "fit"))
    one, other = statistics.median(during), statistics.median(idle)
    versions = ", ".join(f"{name} {version(name)}" for name in ("ipykernel", "jupyterlab"))
    about = f"{versions}, {found['about']}; {load()}"
    clicks = found["clicks"][1:]
    click, step = statistics.median(clicks), 1e3 * statistics.median(found["steps"])
    return [
        Row(
            f"update of a {found['megabytes']:.1f} MB layer (64×128 tiles of 14²) during `fit`, "
            "sent → painted",
            "the same with the kernel idle",
            f"{one / other:.1f}×",
            "≤ 4×",
            one <= 4 * other,
            f"{one:.0f} ms against {other:.0f} ms, medians of {len(during)} and {len(idle)}; the "
            f"slowest {max(during):.0f} ms and {max(idle):.0f} ms; from the moment when all that "
            f"is shown is computed; a training step takes "
            f"{1e3 * statistics.median(found['fit']['steps']):.0f} ms; {about}",
        ),
        Row(
            "change of layer during `fit`, click → painted",
            "2 training steps + 0.5 s",
            f"{click / (2 * step + 500):.2f}×",
            "≤ 1×",
            click <= 2 * step + 500,
            f"{click:.0f} ms, the slowest {max(clicks):.0f} ms, of {len(clicks)} clicks among "
            f"three convolutions; a training step takes {step:.0f} ms; the layer is read "
            f"anew on 64 samples; {about}",
        ),
    ]


def _measured() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, Lab(Path(name)) as lab:
        folder = Path(name)
        answer = folder / "live.json"
        lab.write("live.ipynb", [MODEL, "inspector"])
        with detachable(folder / "chromium") as (page, detach):
            notebook = Notebook.open(page, lab, "live.ipynb")
            notebook.run_all()
            notebook.cell(1)
            tiles = page.locator(".bench-big .cnnviz-grid-tiles")
            tiles.wait_for(state="attached")
            tiles.scroll_into_view_if_needed()
            page.evaluate(WATCH)
            found = {
                "megabytes": notebook.value("megabytes"),
                "about": "Chromium "
                + page.evaluate("() => navigator.userAgent.match(/Chrome.([0-9]+)/)[1]"),
            }
            run = LIVE % Notebook.KERNEL
            page.evaluate(f"given => {{ void ({run})(given); }}", [UPDATES, CLICKS, str(answer)])
            detach()
            return {**found, **answered(answer, 300)}


def _latencies(painted: list[float], sent: list[float], **_: Any) -> list[float]:
    """Milliseconds from each update that was sent to the next picture; the first ones left out.

    A picture that leaves updates out, because newer ones have come, counts for all of them.
    """
    found = []
    for start in sent:
        clock = next((clock for clock in painted if clock >= 1e3 * start), None)
        if clock is not None:
            found.append(clock - 1e3 * start)
    return found[1:]
