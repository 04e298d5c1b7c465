"""周通报 and 月通报: made from the records, edited, brought up to date, signed, corrected by a further issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from appraisal import bulletin_blocks, bulletin_months
from appraisal.actions.documents import issue, number_problem
from appraisal.bulletin_draft import Change, cells_of, changes_between, clean_words, words_of
from appraisal.bulletin_facts import week_facts
from appraisal.bulletin_month_facts import month_facts
from appraisal.bulletin_paper import overtaken, paper_of
from appraisal.bulletin_steps import correct_problem, drop_problem, not_due
from appraisal.models import AppraisalMonth, Bulletin, BulletinBlock, IssuedDocument
from appraisal.papers.content import Block, blocks_as_json
from appraisal.report_overview import teams_of_week
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.periods import Month, Week
from lianzhen.trail import acting
from lianzhen.trail.recording import Act
from lianzhen.trail.versions import lock_for_change
from villages.models import LiaisonTeam

State = Bulletin.State
#: Changes that are told one by one to whoever signs.
TOLD = 10
DOCUMENT_KINDS = {
    Bulletin.Kind.WEEK: IssuedDocument.Kind.BULLETIN,
    Bulletin.Kind.MONTH: IssuedDocument.Kind.MONTHLY_BULLETIN,
}


@dataclass(frozen=True)
class Edit:
    """How one section is wanted: its words as they stand in the editor, whether it is printed."""

    words: str
    is_left_out: bool = False


def headings_of(kind: str) -> dict[str, str]:
    """Sections by key, in the order of the paper."""
    return bulletin_blocks.SECTIONS if kind == Bulletin.Kind.WEEK else bulletin_months.SECTIONS


def title_of(period: Week | Month) -> str:
    """关于2018年第42周联村工作情况的通报: one line of 小标宋 二号. The days stand in the opening paragraph."""
    if isinstance(period, Week):
        return f"关于{period.year}年第{period.number}周联村工作情况的通报"
    return f"关于{period.title}联村工作考核情况的通报"


# --- Made -----------------------------------------------------------------------------------------
def make_bulletin(*, period: Week | Month, by: User | None, now: datetime) -> Bulletin:
    """The draft of a period. Raises ValidationError when there is one already, when the period has not begun, when
    no team worked in the week, or when the month is not final."""
    kind = Bulletin.Kind.WEEK if isinstance(period, Week) else Bulletin.Kind.MONTH
    _refuse_early(period, timezone.localdate(now) < period.start)
    with acting(by=by, action="bulletin.make", label=f"生成{kind.label}"):
        rows = Bulletin.objects.filter(kind=kind, starts_on=period.start).exclude(state=State.DROPPED)
        there = rows.order_by("-pk").first()
        if there is not None:
            raise ValidationError(f"{there}已经有了（{there.get_state_display()}），请打开原来的。")
        return _write(Bulletin(kind=kind, starts_on=period.start, title=title_of(period)), by, now)


def correct_bulletin(*, bulletin: Bulletin, reason: str, by: User | None, now: datetime) -> Bulletin:
    """更正: a further issue that names this one. The wrong one stays as it was issued, marked 已更正 once the
    further one is issued."""
    if not reason.strip():
        raise ValidationError({"reason": "请填写更正原因。"})
    with acting(by=by, action="bulletin.correct", label="更正通报", reason=reason):
        wrong = lock_for_change(bulletin)
        if problem := correct_problem(wrong):
            raise ValidationError(problem)
        made = Bulletin(
            kind=wrong.kind,
            starts_on=wrong.starts_on,
            title=wrong.title,
            style=wrong.style,
            with_names=wrong.with_names,
            corrects=wrong,
            correction_reason=reason.strip(),
        )
        return _write(made, by, now, {block.key: block for block in wrong.blocks.all()})


def drop_correction(
    *, bulletin: Bulletin, reason: str, by: User | None, now: datetime, version: int | None = None
) -> Bulletin:
    """撤销更正稿 begun by mistake: the issue stays in force, no number was taken, the draft stays on record."""
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤销更正稿的原因。"})
    with acting(by=by, action="bulletin.drop", label="撤销更正稿", reason=reason) as act:
        bulletin = lock_for_change(bulletin, version)
        if problem := drop_problem(bulletin):
            raise ValidationError(problem)
        assert bulletin.corrects is not None
        bulletin.state, bulletin.drop_reason = State.DROPPED, reason.strip()
        bulletin.dropped_at, bulletin.dropped_by = now, by
        bulletin.full_clean()
        bulletin.save()
        # Read where the issue is read: the draft has no page any more.
        act.note(bulletin.corrects, [("更正稿", State.DRAFT.label, State.DROPPED.label)])
    return bulletin


def _refuse_early(period: Week | Month, is_early: bool) -> None:
    if is_early:
        raise ValidationError(f"{period.title}还没有开始，不能生成通报。")
    # A first draft cannot be dropped: that of a week long before the platform would stand on the home page for ever.
    if isinstance(period, Week) and not teams_of_week(LiaisonTeam.objects.all(), period).exists():
        raise ValidationError(f"{period.title}没有在任的联村工作组，不用生成通报。请核对年份和周次。")
    if isinstance(period, Month):
        row = AppraisalMonth.objects.filter(month=period.start).first()
        if row is None or not row.is_sealed:
            raise ValidationError(f"{period.title}考核还没有定稿，定稿后才能生成月通报。")


def _write(
    bulletin: Bulletin, by: User | None, now: datetime, like: Mapping[str, BulletinBlock] | None = None
) -> Bulletin:
    """Save a new draft with a block for each section; `like`: of the issue it corrects, whose words are kept."""
    bulletin.made_at, bulletin.made_by = now, by
    bulletin.full_clean()
    bulletin.save()
    found = _automatic(bulletin, now)
    for position, (key, title) in enumerate(headings_of(bulletin.kind).items(), start=1):
        block = BulletinBlock(
            bulletin=bulletin, key=key, title=title, position=position, auto=blocks_as_json(found[key])
        )
        before = (like or {}).get(key)
        if before is not None:
            block.state, block.words, block.base = before.state, before.words, before.base
            block.cells, block.is_left_out = before.cells, before.is_left_out
        block.full_clean()
        block.save()
    return bulletin


def _automatic(bulletin: Bulletin, now: datetime) -> dict[str, tuple[Block, ...]]:
    period = bulletin.period
    if isinstance(period, Week):
        return bulletin_blocks.blocks_of(week_facts(period, now, with_names=bulletin.with_names))
    return bulletin_months.blocks_of(month_facts(period, now, with_names=bulletin.with_names))


def words_in(bulletin: Bulletin, key: str) -> str:
    """What the editor shows of a section. One query."""
    block = bulletin.blocks.get(key=key)
    return block.words if block.is_edited else words_of(block.auto_blocks)


# --- Edited ---------------------------------------------------------------------------------------
def edit_bulletin(
    *,
    bulletin: Bulletin,
    title: str,
    style: str,
    official_number: str,
    with_names: bool,
    edits: Mapping[str, Edit],
    by: User | None,
    now: datetime,
    restore: str = "",
    version: int | None = None,
) -> Bulletin:
    """Save what the editor holds. A section whose words are those of its automatic content stays automatic;
    `restore` names one that is to be automatic again, whatever its words. Naming persons, or naming them no
    more, writes the automatic sections anew."""
    with acting(by=by, action="bulletin.edit", label="修改通报") as act:
        bulletin = _draft(bulletin, version)
        renamed = bulletin.with_names != with_names
        bulletin.title, bulletin.style, bulletin.with_names = title.strip(), style, with_names
        bulletin.official_number = official_number.strip() if style == Bulletin.Style.OFFICIAL else ""
        bulletin.full_clean()
        bulletin.save()
        for block in bulletin.blocks.all():
            if block.key in edits:
                _apply(act, block, edits[block.key], restored=block.key == restore)
        if renamed:
            _refresh(bulletin, by, now)
    return bulletin


def edit_tables(
    *, block: BulletinBlock, cells: Mapping[str, str], by: User | None, version: int | None = None
) -> BulletinBlock:
    """Type over cells of a section's tables: `cells` are texts by place (`bulletin_draft.Cell`). A cell with its
    automatic text is automatic; with none typed over and its words as they were, so is the section again.
    `version`: of the bulletin."""
    with acting(by=by, action="bulletin.tables", label="修改通报表格") as act:
        bulletin = _draft(block.bulletin, version)
        bulletin.save()  # an editor open elsewhere holds an older version from now on
        block = bulletin.blocks.get(pk=block.pk)
        base = block.base_blocks if block.is_edited else block.auto_blocks
        typed = {
            cell.place: cells[cell.place] for cell in cells_of(base) if cells.get(cell.place, cell.text) != cell.text
        }
        words = block.words if block.is_edited else clean_words(words_of(base))
        if not typed and words == clean_words(words_of(base)):
            _keep(act, block, BulletinBlock.State.AUTO, "", {})
        else:
            _keep(act, block, BulletinBlock.State.EDITED, words, typed)
    return block


def _apply(act: Act, block: BulletinBlock, edit: Edit, *, restored: bool) -> None:
    words = clean_words(edit.words)
    block.is_left_out, before = edit.is_left_out, block.is_left_out
    if restored or (words == clean_words(words_of(block.auto_blocks)) and not block.cells):
        _keep(act, block, BulletinBlock.State.AUTO, "", {}, moved=before != edit.is_left_out)
    else:
        _keep(act, block, BulletinBlock.State.EDITED, words, block.cells, moved=before != edit.is_left_out)


def _keep(
    act: Act, block: BulletinBlock, state: str, words: str, cells: Mapping[str, str], *, moved: bool = False
) -> None:
    """Store a section's state, unless nothing differs. Its tables are kept as they were when it was first edited."""
    if (state, words, cells) == (block.state, block.words, block.cells) and not moved:
        return
    shown = {cell.place: cell for cell in cells_of(block.base_blocks if block.is_edited else block.auto_blocks)}
    told = []
    for place, cell in shown.items():
        before, after = block.cells.get(place, cell.text), cells.get(place, cell.text)
        if before != after:
            told.append((cell.title, before, after))
    if state == BulletinBlock.State.AUTO:
        block.base = []
    elif not block.is_edited:
        block.base = block.auto
    block.state, block.words, block.cells = state, words, dict(cells)
    block.full_clean()
    block.save()
    if told:
        act.note(block, told)


def refresh_bulletin(*, bulletin: Bulletin, by: User | None, now: datetime, version: int | None = None) -> Bulletin:
    """更新数据: automatic sections are written anew; edited ones keep their words. `changes` says what differs."""
    with acting(by=by, action="bulletin.refresh", label="更新通报数据"):
        bulletin = _draft(bulletin, version)
        return _refresh(bulletin, by, now)


def _refresh(bulletin: Bulletin, by: User | None, now: datetime) -> Bulletin:
    found, changes = _automatic(bulletin, now), []
    for block in bulletin.blocks.all():
        fresh = found[block.key]
        changes += changes_between(block.title, block.auto_blocks, fresh, kept=block.is_edited)
        if (content := blocks_as_json(fresh)) != block.auto:
            block.auto = content
            block.save()
    bulletin.refreshed_at, bulletin.refreshed_by = now, by
    bulletin.changes = [asdict(change) for change in changes]
    bulletin.save()
    return bulletin


# --- Signed ---------------------------------------------------------------------------------------
def submit_bulletin(*, bulletin: Bulletin, by: User | None, now: datetime, version: int | None = None) -> Bulletin:
    """草稿 → 待签发, with the records of this moment. Where they have changed since the draft was written, the
    automatic sections are written anew and it stays a draft: whoever submits reads what changed first."""
    with acting(by=by, action="bulletin.submit", label="提交通报签发"):
        bulletin = _draft(bulletin, version)
        refuse_number(bulletin)
        if _refresh(bulletin, by, now).changes:
            return bulletin
        bulletin.state, bulletin.submitted_at, bulletin.submitted_by = State.SIGNING, now, by
        bulletin.full_clean()
        bulletin.save()
    return bulletin


def send_back_bulletin(*, bulletin: Bulletin, reason: str, by: User | None, version: int | None = None) -> Bulletin:
    """待签发 → 草稿, with what is to be changed."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回修改的原因。"})
    with acting(by=by, action="bulletin.send_back", label="退回修改", reason=reason):
        bulletin = lock_for_change(bulletin, version)
        _expect(bulletin, State.SIGNING)
        bulletin.state, bulletin.submitted_at, bulletin.submitted_by = State.DRAFT, None, None
        bulletin.full_clean()
        bulletin.save()
    return bulletin


def sign_bulletin(
    *,
    bulletin: Bulletin,
    by: User,
    now: datetime,
    keeps_edited: bool = False,
    keeps_data: bool = False,
    version: int | None = None,
) -> Bulletin:
    """签发 by the head of the office: the number is taken and the text kept as it is now. What it corrects becomes
    已更正 in the same moment.

    Words that were typed before the records changed are issued only where the signer says so (`keeps_edited`), and
    so is the whole when the records have changed since it was submitted (`keeps_data`).
    """
    with acting(by=by, action="bulletin.sign", label="签发通报") as act:
        if not by.standing.has(Role.OFFICE_LEAD):
            raise ValidationError("通报由联村办主任签发。")
        bulletin = lock_for_change(bulletin, version)
        _expect(bulletin, State.SIGNING)
        refuse_number(bulletin)
        if moved := overtaken(bulletin):
            if not keeps_edited:
                raise ValidationError({"keeps_edited": "修改过的段落与现在的数据不一致，请核对后勾选，或退回修改。"})
            act.note(bulletin, [("照修改过的文字签发", "", [block.title for block, _ in moved])])
        if since := _moved_since(bulletin, now):
            if not keeps_data:
                raise ValidationError({"keeps_data": _told(since)})
            act.note(bulletin, [("照提交时的数据签发", "", sorted({change.title for change in since}))])
        wrong = lock_for_change(bulletin.corrects) if bulletin.corrects else None
        if wrong is not None:
            wrong.state = State.CORRECTED
            wrong.full_clean()
            wrong.save()
        day = timezone.localdate(now)
        is_official = bulletin.style == Bulletin.Style.OFFICIAL
        bulletin.document = issue(
            kind=DOCUMENT_KINDS[Bulletin.Kind(bulletin.kind)],
            period=bulletin.period.key,
            year=day.year,
            paper=paper_of(bulletin, day),
            signed_by=by,
            by=by,
            now=now,
            official_number=bulletin.official_number,
            corrects=wrong.document if wrong is not None else None,
            numbered=not is_official,
        )
        bulletin.state, bulletin.signed_at, bulletin.signed_by = State.ISSUED, now, by
        bulletin.full_clean()
        bulletin.save()
    return bulletin


def _moved_since(bulletin: Bulletin, now: datetime) -> list[Change]:
    """What the records say otherwise than the sections that are to be printed, as they were last written."""
    found = _automatic(bulletin, now)
    return [
        change
        for block in bulletin.blocks.all()
        if not block.is_left_out
        for change in changes_between(block.title, block.auto_blocks, found[block.key])
    ]


def _told(changes: list[Change]) -> list[str]:
    """The question, and what it is about."""
    said = [f"提交签发以后，登记的数据有{len(changes)}处变化，请核对后勾选，或退回修改。"]
    said += [f"{one.title}：“{one.before or '（没有）'}”现在是“{one.after or '（没有）'}”。" for one in changes[:TOLD]]
    return [*said, f"另有{len(changes) - TOLD}处。"] if len(changes) > TOLD else said


def refuse_number(bulletin: Bulletin) -> None:
    """An official paper has its own 发文字号 in the form of GB/T 9704; a briefing is numbered by itself."""
    is_official = bulletin.style == Bulletin.Style.OFFICIAL
    if is_official and (problem := number_problem(bulletin.official_number, needed=True)):
        raise ValidationError(problem)


def _draft(bulletin: Bulletin, version: int | None) -> Bulletin:
    bulletin = lock_for_change(bulletin, version)
    _expect(bulletin, State.DRAFT)
    return bulletin


def _expect(bulletin: Bulletin, state: str) -> None:
    if told := not_due(bulletin, state):
        raise ValidationError(told)
