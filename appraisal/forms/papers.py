"""编印设置, templates and the county report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from appraisal.models import DocumentTemplate, PaperSettings
from appraisal.papers.checking import MOST_BYTES
from lianzhen.pages.forms import PageForm
from villages.forms.places import count, line


class PaperSettingsForm(PageForm):
    bulletin_name = line("报名", 12, help_text="周通报的名称，印在红色报头上。")
    issuing_unit = line("编印单位", 30, required=False, help_text="不填时写镇名和“联村工作办”。")
    official_name = line(
        "发文机关标志",
        30,
        required=False,
        help_text="红头公文上的红色机关名称，例如“中共示例镇委员会文件”；落款照此写，不带“文件”二字。",
    )
    report_to = line("报", 200, required=False, help_text="上级机关，用顿号隔开。")
    send_to = line("送", 200, required=False, help_text="“报”和“送”在红头公文上合为“抄送”。")
    distribute_to = line("发", 200, required=False, help_text="红头公文的主送机关也用它。")
    copies = count("共印份数", 9999, required=False, help_text="0份时不印这一项；红头公文不印。")
    notice_phone = line("公示联系电话", 20, required=False, help_text="不填时用联村办电话。")
    before_total = count("启用平台前已编印总期数", 9999, required=False, help_text="总期号接着往下编。")
    before_year = count("启用平台的年份", 2099, 2000, required=False)
    before_number = count("当年已编印期数", 999, required=False, help_text="当年的期号接着往下编。")

    def __init__(self, *args: Any, record: PaperSettings, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Empty is none of them."""
        cleaned = super().clean()
        for name in ("copies", "before_total", "before_number"):
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = 0
        return cleaned


class TemplateForm(PageForm):
    style = forms.ChoiceField(
        label="式样",
        choices=DocumentTemplate.Style.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": "请选择式样", "invalid_choice": "请选择式样"},
    )
    file = forms.FileField(
        label="模板文件",
        help_text="docx，不超过2MB。请从“下载模板”得到的文件改起，两层花括号里的字不要改。",
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        error_messages={
            "required": "请选择模板文件",
            "empty": "文件是空的，请核对后重新选择。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )
    note = line("说明", 200, required=False, help_text="改了什么，供以后查看。")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".docx"):
            raise ValidationError("只能上传 docx 文件；doc、wps 文件请用WPS另存为 docx 后再上传。")
        if file.size > MOST_BYTES:
            raise ValidationError("模板超过2MB。请删去图片后再上传。")
        return file


class StyleForm(PageForm):
    """Which style goes back to its shipped template."""

    style = TemplateForm.base_fields["style"]
