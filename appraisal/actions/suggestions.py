"""建议扣分: written down, brought up to date, and set aside by a person with a reason.

Bringing up to date is idempotent: the same facts change nothing. What somebody decided stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal.models import Suggestion
from appraisal.recusal import Days, part_in
from appraisal.suggesting import Finding, closed_weeks
from appraisal.suggesting_facts import found_in
from lianzhen.accounts.models import User
from lianzhen.periods import Week
from lianzhen.town.models import Town
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.wording import bare

State = Suggestion.State


@dataclass(frozen=True)
class Refreshed:
    """How many suggestions are new, say something else than before, and lapsed."""

    new: int
    changed: int
    lapsed: int

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.lapsed)


def refresh_suggestions(
    *, today: date, now: datetime, by: User | None = None, weeks: Sequence[Week] | None = None
) -> Refreshed:
    """Look at the closed weeks (the last `suggesting.WEEKS_BACK`, or those named) again.

    An open suggestion whose facts no longer hold lapses; one that lapsed opens again when they do. Two runs
    at once wait for each other at the town's row.
    """
    looked = list(weeks) if weeks is not None else closed_weeks(today)
    with acting(by=by, action="suggestion.refresh", label="更新建议扣分") as act:
        list(Town.objects.select_for_update().values_list("pk"))
        found = {finding.key: finding for finding in found_in(looked, today, now)}
        stored = Suggestion.objects.select_for_update().filter(week_start__in=[week.start for week in looked])
        known = {row.key: row for row in stored}
        new = [_write(Suggestion(key=key), finding, act) for key, finding in found.items() if key not in known]
        changed = [_update(row, found[key], act) for key, row in known.items() if key in found]
        lapsed = [_lapse(row) for key, row in known.items() if key not in found]
    return Refreshed(len(new), sum(changed), sum(lapsed))


def decline(
    *, suggestions: Iterable[Suggestion], reason: str, by: User, version: int | None = None
) -> list[Suggestion]:
    """不扣, with the reason, for one or several. Refused as a whole when one of them is not open any more or
    concerns a team that `by` serves in. `version`: of a single one, as the page was opened."""
    wanted = [row.pk for row in suggestions]
    with acting(by=by, action="suggestion.decline", label="不扣分", reason=reason):
        if not reason.strip():
            raise ValidationError({"reason": "请选择不扣的理由。"})
        rows = list(Suggestion.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        if not rows:
            raise ValidationError({"suggestions": "请先勾选要办理的建议。"})
        for row in rows:
            _refuse(row, by, version if len(rows) == 1 else None)
        for row in rows:
            row.state, row.decision_reason = State.DECLINED, reason.strip()
            row.decided_at, row.decided_by = timezone.now(), by
            row.full_clean()
            row.save()
    return rows


def _refuse(row: Suggestion, by: User, version: int | None) -> None:
    if part_in(by.standing, row.team_id, Days(row.occurred_on, row.occurred_on)):
        raise ValidationError({"suggestions": f"{row}：涉及本人所在工作组，请由其他同志处理。"})
    if row.state != State.OPEN or (version is not None and row.version != version):
        told = row.get_state_display() if row.state != State.OPEN else "内容有变化"
        raise ValidationError({"suggestions": f"{row}：{told}，请刷新页面核对后再办理。"})


# --- Bringing up to date --------------------------------------------------------------------------
def _write(row: Suggestion, finding: Finding, act: Act) -> Suggestion:
    before = row.facts
    row.team_id, row.person_id, row.kind = finding.team_id, finding.person_id, finding.kind
    row.week_start, row.occurred_on = finding.week.start, finding.occurred_on
    row.quantity, row.text, row.facts = finding.quantity, finding.text, _facts(finding)
    row.state = State.OPEN
    row.full_clean()
    row.save()
    if row.facts != before:
        act.note(row, [("依据的事实", _words(before), _words(row.facts))])
    return row


def _update(row: Suggestion, finding: Finding, act: Act) -> bool:
    if row.state not in (State.OPEN, State.LAPSED):
        return False
    now = (row.state, row.quantity, row.text, row.occurred_on, row.facts)
    if now == (State.OPEN, finding.quantity, finding.text, finding.occurred_on, _facts(finding)):
        return False
    _write(row, finding, act)
    return True


def _lapse(row: Suggestion) -> bool:
    if row.state != State.OPEN:
        return False
    row.state = State.LAPSED
    row.full_clean()
    row.save()
    return True


def _words(facts: list[dict[str, str]]) -> str:
    return "；".join(f"{fact['label']}：{bare(fact['value'])}" for fact in facts)


def _facts(finding: Finding) -> list[dict[str, str]]:
    return [asdict(fact) for fact in finding.facts]
