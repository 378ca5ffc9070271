"""A survey that the page begins and stops, beside all else, and what it says once it is stale."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .training import MODEL

SHOW = """
pool = np.tile(x, (39, 1, 1, 1)), np.tile(y, 39)
inspector = cv.ModelInspector(model, x[:6], pool=pool)
inspector
"""
WAKE = "model.set_weights([each + 1 for each in model.get_weights()]); inspector.refresh()"


def test_the_pool_is_surveyed_from_the_page_stopped_and_said_to_be_stale(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([MODEL, SHOW])
    notebook.run_all()
    page = notebook.page
    page.locator(".cnnviz-samples-opener").click()
    words = page.locator(".cnnviz-samples-survey-words")
    expect(words).to_have_text("Numbers rest on the inputs")
    page.get_by_role("button", name="Survey the pool").focus()
    page.keyboard.press("Enter")
    expect(words).to_contain_text("of 9,984 samples")
    # The keyboard is at what stops it.
    page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Survey again")
    expect(again).to_be_visible(timeout=20_000)
    assert 0 < notebook.value("inspector.surveyed.samples") < 9984
    again.click()
    expect(words).to_have_text("Numbers rest on 9,984 samples surveyed", timeout=60_000)
    expect(page.locator(".cnnviz-frame")).to_contain_text("on 9,984 samples")
    notebook.run(WAKE)
    expect(words).to_have_text("The survey of 9,984 samples is of earlier weights")
    expect(page.locator(".cnnviz-frame")).not_to_contain_text("on 9,984 samples")
