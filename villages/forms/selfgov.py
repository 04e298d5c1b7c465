"""Forms of 村为主自治: the steps of an application, the opinions, the conditions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from lianzhen.pages.forms import DayField, PageForm, PinyinSelect
from lianzhen.pages.uploads import KINDS
from villages.actions.selfgov_applications import LEAST_WORDS
from villages.forms.fields import PersonField, choosable
from villages.forms.places import PastDayField, count, line
from villages.models import Person, SelfGovApplication, Village
from villages.models.self_governance import Majority
from villages.selfgov_facts import next_first


class LaterField(forms.CharField):
    """Asked for when the whole is sent, so that the page does not call it 选填; kept meanwhile as far as it is written,
    or empty."""

    def validate(self, value: Any) -> None:
        """Nothing is missing yet."""


def words(
    label: str,
    most: int = 500,
    least: int = LEAST_WORDS,
    rows: int = 4,
    kind: type[forms.CharField] = forms.CharField,
    **more: Any,
) -> forms.CharField:
    """A text with a least length, whose errors speak of it by its name."""
    errors = {
        "required": f"请填写{label}",
        "max_length": f"{label}不能超过%(limit_value)d字，现在是%(show_value)d字。",
        "min_length": f"{label}至少%(limit_value)d字，现在是%(show_value)d字。",
    }
    widget = forms.Textarea(attrs={"rows": rows})
    return kind(label=label, max_length=most, min_length=least or None, widget=widget, error_messages=errors, **more)


def file_field(label: str, help_text: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        help_text=f"{help_text}可以拍照。{KINDS}，不超过10MB；照片自动缩小，并去掉拍摄地点和时间。",
        error_messages={"empty": "这个文件是空的，请换一个。", "invalid": "请选择一个文件。"},
    )


def yes_no(label: str, yes: str, no: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("1", yes), ("0", no)],
        coerce=lambda typed: typed == "1",
        widget=forms.RadioSelect,
        error_messages={"required": f"请选择{yes}或{no}", "invalid_choice": "请从选项中选择。"},
    )


class StartForm(PageForm):
    """Which village applies; without a choice where there is one alone."""

    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.none(),
        widget=PinyinSelect,
        empty_label="请选择村",
        error_messages={"required": "请选择村", "invalid_choice": "请从名单中选择村"},
    )

    def __init__(self, *args: Any, villages: QuerySet[Village], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["village"]
        field.queryset = villages
        alone = list(villages[:2])
        if len(alone) == 1:
            field.initial, field.widget = alone[0].pk, forms.HiddenInput()


class StepForm(PageForm):
    """A step is kept as far as it is written: `later` says that the user stops here."""

    def __init__(self, *args: Any, record: SelfGovApplication, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)


class ConditionsForm(StepForm):
    """A text for each condition; they may be short until the application is submitted."""

    def __init__(self, *args: Any, record: SelfGovApplication, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        for number, (condition, said) in enumerate(record.explained, start=1):
            name = f"answer_{number}"
            self.fields[name] = words(f"第{number}条", 300, 0, 3, LaterField, help_text=condition, initial=said)

    @property
    def values(self) -> dict[str, Any]:
        given = super().values
        places = sorted((name for name in given if name.startswith("answer_")), key=lambda n: int(n.split("_")[1]))
        return {"answers": [given[name] for name in places], "version": given["version"]}

    def conflict_rows(self, theirs: SelfGovApplication) -> list[dict[str, Any]]:
        """Condition by condition, as both wrote it."""
        pairs = zip(self.values["answers"], theirs.explained, strict=False)
        return [
            {"label": f"第{number}条", "mine": mine, "theirs": said, "differs": mine != said}
            for number, (mine, (_, said)) in enumerate(pairs, start=1)
        ]


class ReasonForm(StepForm):
    reason = words("终止原因", help_text=f"{LEAST_WORDS}到500字，写清为什么不再实行村为主自治。")


class MeetingForm(StepForm):
    met_on = PastDayField(label="会议日期")
    votes_for = count("赞成（票）", 9999)
    votes_against = count("反对（票）", 9999)
    votes_abstain = count("弃权（票）", 9999)
    file = file_field("会议决议", "村民会议或村民代表会议的决议、会议记录，")

    def __init__(self, *args: Any, record: SelfGovApplication, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        file = self.fields["file"]
        file.required = not record.has_file
        file.error_messages["required"] = "请附会议决议或会议记录的照片或文件。"
        if record.has_file:
            file.help_text = f"已附“{record.file_name}”，不更换的不用再选。"


class InstructorStepForm(StepForm):
    instructor = PersonField(label="建议的指导员", required=False, help_text="可以不填，由镇党委研究时确定。")

    def __init__(self, *args: Any, record: SelfGovApplication, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.fields["instructor"].queryset = choosable(Person.objects.staff())
        self.initial["instructor"] = record.instructor_id


class SubmitForm(StepForm):
    sure = forms.BooleanField(
        label="以上内容属实，已经会议讨论通过",
        error_messages={"required": "请核对内容，属实的请勾选后再提交"},
    )

    @property
    def values(self) -> dict[str, Any]:
        return {"version": super().values["version"]}


class OpinionForm(PageForm):
    is_for = yes_no("片区意见", "赞成", "不赞成")
    opinion = words("理由")

    def __init__(self, *args: Any, record: SelfGovApplication, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial["opinion"] = record.opinion


class CheckForm(PageForm):
    is_for = yes_no("核查结论", "符合条件", "不符合条件")
    note = words("核查情况", help_text="逐条看了什么、问了谁、结果怎样，供党委研究时参考。")


class ReturnForm(PageForm):
    reason = words("退回原因", 300, help_text="写清还要补充什么。")


class AgreeForm(PageForm):
    """党委研究同意."""

    decided_on = PastDayField(label="党委研究日期")
    basis = line("依据", 200, help_text="例如：会议纪要文号。")
    starts_on = DayField(label="生效日期", help_text="某月1日。")
    person = PersonField(label="联村工作指导员", help_text="从镇干部中选择，任期从生效日期起。")

    def __init__(self, *args: Any, record: SelfGovApplication, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial.update(decided_on=today, basis="", starts_on=next_first(today))
        # Neither today nor yesterday is the first of a month, but once.
        self.fields["starts_on"].widget.attrs.pop("data-day")
        if record.is_stop:
            del self.fields["person"]
            return
        self.fields["person"].queryset = choosable(Person.objects.staff())
        self.initial["person"] = record.instructor_id


class DeclineForm(PageForm):
    """党委研究不同意."""

    decided_on = PastDayField(label="党委研究日期")
    basis = line("依据", 200, help_text="例如：会议纪要文号。")
    note = words("不同意的原因")

    def __init__(self, *args: Any, record: SelfGovApplication, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial.update(decided_on=today, basis="")


class RevokeForm(PageForm):
    """党委研究撤销决定."""

    decided_on = PastDayField(label="党委研究日期", help_text="研究撤销的日期。")
    basis = line("依据", 200, help_text="例如：会议纪要文号。")
    reason = words("撤销原因", 300)

    def __init__(self, *args: Any, record: SelfGovApplication, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        self.initial.update(decided_on=today, basis="", reason="")


class ConditionSetForm(PageForm):
    starts_on = DayField(label="生效日期", help_text="今天或以后。已经开始的申请按原来的条件办理。")
    conditions = words("申请条件", 2000, 0, 8, help_text="一行一条。村里申请时逐条说明。")
    majority = forms.ChoiceField(
        label="会议决议的赞成票",
        choices=Majority.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择赞成票的要求", "invalid_choice": "请从选项中选择。"},
    )
    opens_month = count("年度自评每年几月起填写", 12, least=1)
    opens_day = count("几日起", 31, least=1)
    basis = line("依据", 200, help_text="党委会议纪要或文件的文号。")
