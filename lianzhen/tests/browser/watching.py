"""Keeps an eye on a page through a whole journey: what must never happen on any page of the platform."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

#: Chromium repeats every 4xx as an error of the console; the answer itself is judged by its status.
ANSWER_REPEATED = "Failed to load resource"
INSIDE_THE_PAGE = {"data", "blob", "about"}


class Watch:
    """Collects errors of scripts, refusals of the Content-Security-Policy (both arrive on the console),
    requests to another host and answers from 400 on. `allow` names statuses that a journey is about."""

    def __init__(self, page: Page, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.allowed: set[int] = set()
        self.faults: list[str] = []
        self.requests = 0
        page.on("console", self._console)
        page.on("pageerror", self._script)
        page.on("request", self._request)
        page.on("response", self._response)

    def allow(self, *statuses: int) -> None:
        self.allowed |= set(statuses)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWER_REPEATED):
            self.faults.append(f"console: {message.text}")

    def _script(self, error: Error) -> None:
        self.faults.append(f"script: {error.message}")

    def _request(self, request: Request) -> None:
        self.requests += 1
        address = urlsplit(request.url)
        if address.scheme not in INSIDE_THE_PAGE and address.netloc != self.home:
            self.faults.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")
