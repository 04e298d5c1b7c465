"""The real clipboard of the browser: what a sheet would have put there, and what a sheet would find there."""

from __future__ import annotations

from playwright.sync_api import Page

ALLOWED = {"permissions": ["clipboard-read", "clipboard-write"]}
#: As text, and as the HTML that a sheet prefers.
READ = """async (kind) => {
  const [item] = await navigator.clipboard.read();
  return (await item.getType(kind)).text();
}"""


def put(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)


def taken(page: Page, kind: str = "text/plain") -> str:
    return page.evaluate(READ, kind)


def paste(page: Page, text: str) -> None:
    """Ctrl+V at the focus."""
    put(page, text)
    page.keyboard.press("Control+v")
