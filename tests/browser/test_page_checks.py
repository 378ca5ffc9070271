"""The checks of a page find faults that were planted, and nothing on a page without any."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .axe import assert_accessible, violations
from .geometry import assert_in_place, faults

PAGE = """
<!doctype html><html lang="en"><title>Planted</title>
<style>
  .frame {{ position: relative; width: 400px; height: 300px; color: #212121; background: #fff;
    font: 12px sans-serif; margin: 40px; }}
  button {{ height: 28px; min-width: 28px; }}
  .cell {{ width: 60px; overflow: hidden; white-space: nowrap; }}
  .dots {{ text-overflow: ellipsis; }}
</style>
<main class="cnnviz"><div class="frame" id="frame">{}</div></main>
"""
LONG = "a name that is much longer than its cell"
# What is planted, and how the fault that it makes begins; None: none.
PLANTED = {
    "text is cut": (f"<div class='cell'>{LONG}</div>", "clipped: .cell 'a name"),
    "text is cut low": (
        "<div class='c' style='height:15px;overflow:hidden'><div>one</div><div>two</div></div>",
        "clipped: div 'two'",
    ),
    "an ellipsis without a title": (
        f"<div class='cell dots'>{LONG}</div>",
        f"clipped: .cell '{LONG}' by .cell '{LONG}' (an ellipsis without",
    ),
    "an ellipsis with its title": (f"<div class='cell dots' title='{LONG}'>{LONG}</div>", None),
    "text that scrolls": (f"<div class='cell' style='overflow:auto'>{LONG}</div>", None),
    "text for readers": (
        "<span style='position:absolute;width:1px;height:1px;overflow:hidden'>read</span>",
        None,
    ),
    "text of a drawing": (
        "<svg width='20' height='20'><text x='0' y='12'>much too long</text></svg>",
        "clipped: text 'much too long' by svg",
    ),
    "text on text": (
        "<div>First words</div><div style='margin-top:-10px'>Second words</div>",
        "overlap: div 'First words' and div 'Second words', texts",
    ),
    "text under a label of its own": (
        "<div>First words</div><div style='position:absolute;left:0;top:0'>Second words</div>",
        None,
    ),
    "a part of a drawing that is not displayed": (
        "<svg width='90' height='20'><g><text x='0' y='12'>one</text></g>"
        "<g style='display:none'><text x='0' y='12'>two</text></g></svg>",
        None,
    ),
    "two buttons": (
        "<button>One</button><button style='margin-left:-8px'>Two</button>",
        "overlap: button 'One' and button 'Two', ",
    ),
    "two buttons side by side": ("<button>One</button><button>Two</button>", None),
    "a popover over a button": (
        "<button>One</button><div popover style='inset:40px auto auto 40px;margin:0'>"
        "<button>Two</button></div>",
        None,
    ),
    "a small button": (
        "<button style='height:18px' aria-label='Play'></button>",
        "small: button 'Play' is 28 × 18 px",
    ),
    "a small button with a large area": (
        "<style>.b{position:relative;height:18px;margin:8px}"
        ".b::after{content:'';position:absolute;inset:-5px}</style><button class='b'>x</button>",
        None,
    ),
    "a box in its label": (
        "<label style='display:inline-block;padding:6px'><input type='checkbox'>All</label>",
        None,
    ),
    "outside": (
        "<div style='position:absolute;left:380px;width:60px;height:9px' class='far'></div>",
        "outside: .far by 40 px",
    ),
    "out of sight": (
        "<div style='overflow:hidden;position:relative;height:20px'>"
        "<div style='position:absolute;left:380px;width:60px;height:9px'></div></div>",
        None,
    ),
}


def plant(page: Page, html: str) -> None:
    page.set_content(PAGE.format(html))
    page.evaluate("() => document.querySelector('[popover]')?.showPopover()")


@pytest.mark.parametrize("what", PLANTED)
def test_a_fault_in_a_place_is_found_and_nothing_else_is(page: Page, what: str) -> None:
    html, fault = PLANTED[what]
    plant(page, html)
    found = faults(page.locator("#frame"))
    if fault is None:
        assert found == []
        return
    assert len(found) == 1 and found[0].startswith(fault), found
    with pytest.raises(AssertionError, match=f"planted: 1 faults\n{fault.split(' ')[0]}"):
        assert_in_place(page.locator("#frame"), "planted")


BARRIERS = {
    "color-contrast": "<p style='color:#aaa'>Hardly to be read</p>",
    "button-name": "<button></button>",
    "image-alt": "<img src='data:,'>",
    "aria-required-children": "<div role='listbox' aria-label='l'><p>no option</p></div>",
    "label": "<input type='text'>",
    "target-size": (
        "<button style='min-width:9px;width:9px;height:9px;padding:0' aria-label='a'></button>"
        "<button style='min-width:9px;width:9px;height:9px;padding:0' aria-label='b'></button>"
    ),
}


@pytest.mark.parametrize("rule", BARRIERS)
def test_a_barrier_is_found_and_told_with_its_place(page: Page, rule: str) -> None:
    plant(page, BARRIERS[rule])
    found = violations(page)
    assert found and {each.split(":")[0] for each in found} == {rule}
    with pytest.raises(AssertionError, match=f"planted: {len(found)} violations of WCAG\n{rule}: "):
        assert_accessible(page, "planted")


def test_nothing_is_said_of_a_page_without_barriers(page: Page) -> None:
    plant(page, "<p>To be read</p><button>Press</button>")
    assert violations(page) == []


def test_barriers_outside_are_not_looked_at(page: Page) -> None:
    plant(page, "<p>To be read</p>")
    page.evaluate("() => document.body.append(document.createElement('button'))")
    assert violations(page) == []
    with pytest.raises(ValueError, match="nothing on the page matches"):
        violations(page, ".missing")
