"""What a browser measures on a page: width, targets, rules of accessibility. Each answers a list of findings."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: WCAG 2.2 AA by axe, the size of targets (2.5.8, with its exception for distance) among them.
AXE = {
    "resultTypes": ["violations"],
    # Else axe would fetch style sheets again by script, at addresses that it guesses.
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
}
GRAVE = {"serious", "critical"}

#: Buttons and whatever a thumb aims at in the frame and in forms; links inside text are axe's affair.
MAIN_TARGETS = (
    ".btn, .tool, .tabbar a, .tabs a, summary, .cells > li > a, .choices label, .check, .foot a, .foot button, "
    "main input:not([type=checkbox]):not([type=radio]):not([type=hidden]), main select, main textarea"
)
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def wider_than_the_screen(page: Page) -> list[str]:
    """Where the page would have to be scrolled sideways. Boxes that scroll by themselves are excepted."""
    return _ask(page, "widerThanTheScreen", page.viewport_size["width"])


def too_small(page: Page, least: int) -> list[str]:
    """Main targets lower than `least` CSS pixels."""
    return _ask(page, "tooSmall", [MAIN_TARGETS, least])


def _ask(page: Page, function: str, argument: object) -> list[str]:
    return page.evaluate(f"(argument) => {{ {SCRIPT}\nreturn {function}(argument); }}", argument)


def grave_findings(page: Page) -> list[str]:
    """Serious and critical findings of axe. Its script comes in beside the page's policy, through DevTools.

    The window is made as tall as the page: axe takes what lies under the bar at the foot of a phone for
    covered, whereas people scroll.
    """
    usual = page.viewport_size
    page.set_viewport_size({**usual, "height": max(usual["height"], page.evaluate("document.body.scrollHeight"))})
    violations = Axe().run(page, options=AXE).response["violations"]
    page.set_viewport_size(usual)
    return [
        f"{found['id']}: {node['target'][0]} {node['html'][:120]}"
        for found in violations
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]
