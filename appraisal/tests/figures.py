"""How many rows a list holds to which the figure of a paper leads. No test here."""

from __future__ import annotations

import re

from django.test import Client

COUNTED = re.compile(r"共([\d,]+)")


def rows_behind(client: Client, url: str) -> int:
    answer = client.get(url)
    assert answer.status_code == 200, url
    found = COUNTED.search(answer.content.decode())
    return int(found[1].replace(",", "")) if found else 0
