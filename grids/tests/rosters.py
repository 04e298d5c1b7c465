"""Rosters of any length, for tests and benchmarks. Names and numbers are invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

#: Rows of one village: its grids carry the numbers 1 to 99.
MOST_A_VILLAGE = 90


def roster(villages: Sequence[str], rows: int, *, first_number: int = 1) -> bytes:
    """A csv of `rows` grids with a new head each, spread over the villages in order; at most
    `MOST_A_VILLAGE` a village."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["村", "网格", "网格长", "手机", "任职时间", "户数", "四至范围"])
    for n in range(rows):
        village = villages[n // MOST_A_VILLAGE]
        number = first_number + n % MOST_A_VILLAGE
        name = f"测{chr(0x4E00 + n % 2000)}{chr(0x5000 + n // 2000)}"
        sheet.writerow(
            [village, f"第{number}网格", name, f"198{n:08d}", "2018-05-01", 40 + n % 20, "东至小河，南至公路"]
        )
    return out.getvalue().encode("utf-8-sig")
