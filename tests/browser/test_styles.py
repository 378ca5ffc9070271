"""How a view looks does not depend on which of the views on a page was loaded first."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from .lab import Lab, Notebook
from .test_without_kernel import ALONE, TRAIN
from .training import MODEL

# Each sheet becomes the last one in turn, as it may be by the order in which views are loaded:
# what then is another value is set by two sheets of equal weight. Sizes follow from the others.
TURNED = """
    () => {
        const ours = [...document.querySelectorAll('style')]
            .filter(sheet => sheet.textContent.includes('.cnnviz'));
        const parts = [...document.querySelectorAll('.cnnviz, .cnnviz *')];
        const styles = () => parts.map(part => {
            const style = getComputedStyle(part);
            return Object.fromEntries([...style].map(name => [name, style[name]]));
        });
        const isSize = new RegExp(
            '^(min-|max-)?(height|width|block-size|inline-size)$' +
            '|^(top|bottom|left|right|inset)|origin$'
        );
        const first = styles(), changed = {};
        for (const sheet of ours) {
            sheet.parentNode.append(sheet);
            styles().forEach((style, place) => {
                for (const [name, value] of Object.entries(style))
                    if (!isSize.test(name) && value !== first[place][name])
                        changed[`${parts[place].className}: ${name}`] = [first[place][name], value];
            });
        }
        return [ours.length, parts.length, changed];
    }
"""


def test_no_two_sheets_set_the_same_differently(lab: Lab, page: Page, tmp_path: Path) -> None:
    lab.write(
        "styles.ipynb",
        [
            MODEL + f"HISTORY = {str(tmp_path / 'history')!r}",
            "inspector = cv.ModelInspector(model, x[:6])\n" + TRAIN,
            "inspector",
            "cv.compare(trained, model, inputs=x[:6])",
            "cv.open_history(HISTORY)",
            ALONE,
        ],
    )
    notebook = Notebook.open(page, lab, "styles.ipynb", "doc")
    notebook.run_all()
    notebook.resize(1700, 9000)
    last = notebook.cell(5).locator(".cnnviz-density .bqplot > svg.svg-figure").last
    last.wait_for(state="attached")
    sheets, parts, changed = page.evaluate(TURNED)
    assert sheets > 10
    assert parts > 500
    assert changed == {}
