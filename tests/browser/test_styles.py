"""How a view looks does not depend on which of the views on a page was loaded first."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from .lab import Lab, Notebook
from .test_without_kernel import ALONE, TRAIN
from .training import MODEL

# Each sheet becomes the last one in turn, as it may be by the order in which views are loaded:
# what then is another value is set by two sheets of equal weight. Sizes follow from the others;
# what else changes does so where a property changes that one of the sheets sets.
TURNED = """
    () => {
        const ours = [...document.querySelectorAll('style')]
            .filter(sheet => sheet.textContent.includes('.cnnviz'));
        const parts = [...document.querySelectorAll('.cnnviz, .cnnviz *')];
        const isSize = new RegExp(
            '^(min-|max-)?(height|width|block-size|inline-size)$' +
            '|^(top|bottom|left|right|inset)|origin$'
        );
        const setBy = rules => [...rules].flatMap(rule =>
            [...rule.style ?? [], ...setBy(rule.cssRules ?? [])]);
        const names = [...new Set(ours.flatMap(({ sheet }) => setBy(sheet.cssRules)))]
            .filter(name => !isSize.test(name) && !name.startsWith('--'));
        const styles = () => parts.map(part => {
            const style = getComputedStyle(part);
            return names.map(name => style.getPropertyValue(name));
        });
        const first = styles(), changed = {};
        for (const sheet of ours) {
            sheet.parentNode.append(sheet);
            styles().forEach((values, place) => values.forEach((value, which) => {
                if (value === first[place][which]) return;
                const what = `${parts[place].className}: ${names[which]}`;
                changed[what] = [first[place][which], value];
            }));
        }
        return [ours.length, parts.length, names.length, changed];
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
    sheets, parts, names, changed = page.evaluate(TURNED)
    assert sheets > 10
    assert parts > 500
    assert names > 80
    assert changed == {}
