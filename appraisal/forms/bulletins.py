"""Forms of writing a bulletin: one page for all its sections, and the steps after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from appraisal.actions.bulletins import Edit
from appraisal.actions.documents import NUMBER_FORM, OFFICIAL_NUMBER
from appraisal.bulletin_draft import Change, changes_between, tables_of, words_of
from appraisal.models import Bulletin, BulletinBlock
from lianzhen.pages.forms import PageForm
from lianzhen.trail.versions import VersionedModel
from villages.forms.places import line

LONGEST = 4000
#: Characters in a line of the editor.
ACROSS = 34


@dataclass(frozen=True)
class Section:
    """One section in the editor. `tables`: how many it has, on a page of their own; `typed`: cells typed over;
    `moved`: what the records say otherwise than when the section was edited."""

    block: BulletinBlock
    words: BoundField
    skip: BoundField
    tables: int
    typed: int
    moved: Sequence[Change]


class BulletinForm(PageForm):
    """Title, form, names, and for each section its words and whether it is printed (`words-<key>`, `skip-<key>`)."""

    title = line("标题", 60)
    style = forms.ChoiceField(label="式样", choices=Bulletin.Style.choices, widget=forms.RadioSelect)
    official_number = line("发文字号", 40, required=False, help_text="红头公文式才填写，由党政综合办编号。")
    with_names = forms.BooleanField(label="写明个人姓名（默认只写到工作组）", required=False)

    def __init__(self, *args: Any, record: Bulletin, blocks: Sequence[BulletinBlock], **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.blocks = blocks
        for block in blocks:
            words = block.words if block.is_edited else words_of(block.auto_blocks)
            rows = sum(1 + len(one) // ACROSS for one in words.splitlines()) or 1
            self.fields[f"words-{block.key}"] = forms.CharField(
                label=block.title,
                required=False,
                max_length=LONGEST,
                initial=words,
                widget=forms.Textarea(attrs={"rows": min(14, max(2, rows))}),
                error_messages={"max_length": f"{block.title}不能超过%(limit_value)d字，现在是%(show_value)d字。"},
            )
            self.fields[f"skip-{block.key}"] = forms.BooleanField(
                label="不印这一段", required=False, initial=block.is_left_out
            )

    @property
    def sections(self) -> list[Section]:
        return [self._section(block) for block in self.blocks]

    def _section(self, block: BulletinBlock) -> Section:
        base = block.base_blocks if block.is_edited else block.auto_blocks
        return Section(
            block=block,
            words=self[f"words-{block.key}"],
            skip=self[f"skip-{block.key}"],
            tables=len(tables_of(base)),
            typed=len(block.cells),
            moved=changes_between(block.title, block.base_blocks, block.auto_blocks) if block.is_edited else (),
        )

    def clean_official_number(self) -> str:
        typed: str = self.cleaned_data["official_number"].strip()
        if typed and not OFFICIAL_NUMBER.fullmatch(typed):
            raise ValidationError(NUMBER_FORM)
        return typed

    @property
    def table_asked(self) -> BulletinBlock | None:
        """「修改表格」 of a section: the page is saved first, so that nothing typed is lost."""
        return next((block for block in self.blocks if str(block.pk) == self.data.get("table")), None)

    @property
    def values(self) -> dict[str, Any]:
        """Keyword arguments of `edit_bulletin`."""
        clean = self.cleaned_data
        return {
            **{name: clean[name] for name in ("title", "style", "official_number", "with_names", "version")},
            "edits": {block.key: Edit(*self.typed(block.key)) for block in self.blocks},
        }

    def typed(self, key: str) -> tuple[str, bool]:
        """Words and 不印 of a section, as the page holds them; also of a form with errors."""
        return self.data.get(f"words-{key}", "")[:LONGEST], f"skip-{key}" in self.data

    def conflict_rows(self, theirs: VersionedModel) -> list[dict[str, Any]]:
        """Section by section, where the two versions differ."""
        rows = [("标题", self.cleaned_data.get("title", ""), getattr(theirs, "title", ""))]
        for block in theirs.blocks.all():  # type: ignore[attr-defined]
            now = block.words if block.is_edited else words_of(block.auto_blocks)
            rows.append((block.title, self.typed(block.key)[0].replace("\r\n", "\n"), now))
        return [
            {"label": label, "mine": mine, "theirs": other, "differs": mine.strip() != other.strip()}
            for label, mine, other in rows
        ]


class BulletinReasonForm(PageForm):
    """退回修改."""

    reason = line("退回原因", 200)


class DropReasonForm(PageForm):
    """撤销更正稿."""

    reason = line("撤销原因", 200)


class CorrectionReasonForm(PageForm):
    reason = line("更正原因", 200, help_text="印在更正的一期开头。")


class SignForm(PageForm):
    """签发. `asks`: words were typed before the records changed; the signer says that they stand."""

    keeps_edited = forms.BooleanField(label="已逐处核对，照修改过的文字签发", required=False)
    keeps_data = forms.BooleanField(label="已逐处核对，照提交时的数据签发", required=False)

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["keeps_edited"]

    def visible_fields(self) -> list[forms.BoundField]:
        """The second tick only once the action has asked for it."""
        shown = super().visible_fields()
        return [one for one in shown if one.name != "keeps_data" or one.errors or one.value()]
