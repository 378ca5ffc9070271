"""What axe-core finds on a page: violations of WCAG's levels A and AA, in words."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Page

from .lab import REPOSITORY

SCRIPT = REPOSITORY / "cnnviz_widgets/frontend/node_modules/axe-core/axe.min.js"
# All that has been A or AA in any version of WCAG 2.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """
    ([within, tags]) => axe.run({ include: [...document.querySelectorAll(within)] }, {
        runOnly: { type: "tag", values: tags },
        resultTypes: ["violations"],
        iframes: false,
    }).then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(node => ({
        id, help, at: node.target.flat().join(" "), html: node.html,
        why: [...node.any, ...node.all, ...node.none].map(check => check.message),
    }))))
"""
_LONGEST = 160


@cache
def _script() -> str:
    if not SCRIPT.is_file():
        raise FileNotFoundError(
            f"{SCRIPT.relative_to(REPOSITORY)} is missing: run 'npm ci' in cnnviz_widgets/frontend"
        )
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page, within: str = ".cnnviz") -> list[str]:
    """What violates WCAG A or AA in the elements that match a selector, a sentence each.

    Raises
    ------
    FileNotFoundError
        axe-core is not installed.
    ValueError
        Nothing matches: nothing would be looked at.
    """
    if not page.locator(within).count():
        raise ValueError(f"nothing on the page matches {within!r}")
    if page.evaluate("() => !window.axe"):
        page.evaluate(_script())
    return [_sentence(each) for each in page.evaluate(RUN, [within, TAGS])]


def _sentence(violation: dict[str, Any]) -> str:
    html = " ".join(violation["html"].split())
    shortened = html if len(html) <= _LONGEST else f"{html[:_LONGEST]}…"
    why = "; ".join(dict.fromkeys(violation["why"]))
    return f"{violation['id']}: {violation['help']}, at {violation['at']}: {why}\n    {shortened}"


def assert_accessible(page: Page, state: str, within: str = ".cnnviz") -> None:
    """Raise where something violates WCAG A or AA; `state` says what the page shows."""
    found = violations(page, within)
    assert not found, f"{state}: {len(found)} violations of WCAG\n" + "\n".join(found)
