"""What a browser measures on a page: width, targets, rules of accessibility. Each answers a list of findings."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: WCAG 2.2 AA by axe, the size of targets (2.5.8, with its exception for distance) among them.
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
GRAVE = {"serious", "critical"}

WIDER_THAN_THE_SCREEN = """(width) => {
  const root = document.documentElement;
  if (Math.max(root.scrollWidth, document.body.scrollWidth) <= width) return [];
  const inBox = (e) => { for (; e && e !== document.body; e = e.parentElement)
    if (getComputedStyle(e).overflowX !== "visible") return true; return false; };
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > width + 0.5
    && !inBox(e)).slice(0, 3).map((e) => e.tagName.toLowerCase() + "." + e.className + " " + e.textContent.trim().slice(0, 20));
  return [`${root.scrollWidth} of ${width} pixels: ${out.join(" | ")}`];
}"""

#: Buttons and whatever a thumb aims at in the frame and in forms; links inside text are axe's affair.
MAIN_TARGETS = (
    ".btn, .tool, .tabbar a, .tabs a, summary, .cells > li > a, .choices label, .check, .foot a, .foot button, "
    "main input:not([type=checkbox]):not([type=radio]):not([type=hidden]), main select, main textarea"
)
TOO_SMALL = """([selector, least]) => [...document.querySelectorAll(selector)].filter((e) => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  // What is out of sight until it is asked for: the skip link, a folded part, an input behind its combobox.
  if (!box.width || style.visibility === "hidden" || box.right < 0 || style.clip !== "auto") return false;
  return box.height < least - 0.5 || box.width < 24;
}).map((e) => { const box = e.getBoundingClientRect(); return e.tagName.toLowerCase() + "." + e.className + " " +
  e.textContent.trim().slice(0, 20) + ` ${Math.round(box.width)}×${Math.round(box.height)}`; })"""


def wider_than_the_screen(page: Page) -> list[str]:
    """Where the page would have to be scrolled sideways. Boxes that scroll by themselves are excepted."""
    return page.evaluate(WIDER_THAN_THE_SCREEN, page.viewport_size["width"])


def too_small(page: Page, least: int) -> list[str]:
    """Main targets lower than `least` CSS pixels."""
    return page.evaluate(TOO_SMALL, [MAIN_TARGETS, least])


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
