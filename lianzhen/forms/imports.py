"""Forms of the import: the file, the sheet, which column is which, why a batch is taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from openpyxl.utils import get_column_letter

from lianzhen.importing.kinds import Kind
from lianzhen.importing.limits import MOST_BYTES
from lianzhen.importing.models import ImportBatch
from lianzhen.pages.forms import PageForm


class UploadForm(PageForm):
    kind = forms.ChoiceField(
        label="种类",
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择要导入的种类", "invalid_choice": "请选择要导入的种类"},
    )
    file = forms.FileField(
        label="表格文件",
        help_text="xlsx 或 csv，不超过20MB。表头上面有标题、有合并单元格、有合计行都可以。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "请选择表格文件",
            "empty": "文件是空的，请核对后重新选择。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )

    def __init__(self, *args: Any, kinds: list[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.title) for kind in kinds]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("文件超过20MB。请删去图片和不用的工作表，另存为 .xlsx 后再上传。")
        return file


class SheetForm(forms.Form):
    sheet = forms.ChoiceField(
        label="工作表",
        widget=forms.RadioSelect(attrs={"class": "column"}),
        error_messages={"required": "请选择一张工作表。", "invalid_choice": "请选择一张工作表。"},
    )
    header_line = forms.IntegerField(
        label="表头所在的行",
        required=False,
        min_value=1,
        help_text="不填时自动寻找。",
        error_messages={"invalid": "请填写行号，例如3。", "min_value": "请填写行号，例如3。"},
    )

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(s["name"], f"{s['name']}（{s['lines']}行）") for s in batch.sheets]
        self.initial.setdefault("sheet", batch.sheet)
        self.initial.setdefault("header_line", batch.header_line)


class ColumnsForm(forms.Form):
    """For every column of the kind: a column of the sheet, or one text for all rows."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = batch.definition
        headers = [
            (str(place), f"{get_column_letter(place + 1)}列 {title.strip()[:30]}")
            for place, title in enumerate(batch.headers)
            if title.strip()
        ]
        for column in self.kind.columns:
            label = f"{column.title}对应的列"
            self.fields[f"col_{column.key}"] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", "没有这一列"), *headers],
                initial=str(batch.matched.get(column.key, "")),
                widget=forms.Select(attrs={"aria-label": label}),
            )
            label = f"{column.title}统一填写"
            self.fields[f"fix_{column.key}"] = forms.CharField(
                label=label,
                required=False,
                max_length=200,
                initial=batch.fixed.get(column.key, ""),
                widget=forms.TextInput(attrs={"aria-label": label, "autocomplete": "off"}),
            )

    def lines(self) -> list[tuple[Any, Any, Any]]:
        return [(c, self[f"col_{c.key}"], self[f"fix_{c.key}"]) for c in self.kind.columns]

    @property
    def columns(self) -> dict[str, int]:
        chosen = {c.key: self.cleaned_data.get(f"col_{c.key}", "") for c in self.kind.columns}
        return {key: int(place) for key, place in chosen.items() if place}

    @property
    def fixed(self) -> dict[str, str]:
        return {
            c.key: self.cleaned_data.get(f"fix_{c.key}", "")
            for c in self.kind.columns
            if not self.cleaned_data.get(f"col_{c.key}")
        }


class UndoForm(PageForm):
    reason = forms.CharField(
        label="撤销原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写撤销原因", "max_length": "撤销原因不能超过200字"},
    )
