"""Forms that put the papers of a year on the shelf."""

from __future__ import annotations

from lianzhen.pages.forms import PageForm
from villages.forms.places import line


class IssueResultForm(PageForm):
    official_number = line(
        "发文字号",
        40,
        required=False,
        help_text="以镇党委、政府名义印发的，填写党政综合办编的文号，例如荷联发〔2019〕5号；不填则按普通材料印发。",
    )


class FileFormForm(PageForm):
    """The form goes to the shelf as it stands."""
