"""待上传: entries that waited on a phone come in, each exactly once however often it is sent.

Every entry carries an id of its own, made on the phone. The row under that id is written first, in the same
transaction as the work: whoever brings the same entry a second time, at once or a week later, waits at the
key and is told word for word what the first was told. One entry's trouble never touches another.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from appraisal.actions.duty import CLOCK_SENTENCE, Logged, log_duty, page_of, refuse_wrong_clock
from appraisal.actions.duty_contents import prepare
from appraisal.duty_places import teams_to_log
from appraisal.models import SyncItem
from lianzhen.accounts.models import User
from villages.models import LiaisonTeam

log = logging.getLogger("lianzhen.sync")

Answer = SyncItem.Answer
#: Not taken, and not judged either: the entry stays on the phone and is sent again.
WAIT = "wait"
OTHER_ACCOUNT = "这一条由其他账号登记，仍存在本机，请用登记时的账号登录后上传。"
NOT_THIS_TEAM = "本账号目前不能为这个联村工作组登记驻村。请核对所选的组，或请联村工作办代录。"
UNKNOWN_KIND = "这一类内容现在不能上传，请刷新页面后再试。"


@dataclass(frozen=True)
class Item:
    """One entry as `forms.sync` has read it.

    `made_by`: id of the account that made it. `values`: arguments of the act; what was wrong with them stands
    in `problems`. `payload`: what is kept of it. `photo`: an uploaded file. `confirmed`: the day was looked at
    again after the phone's clock had been doubted, which is therefore no longer believed.
    """

    client_id: UUID
    kind: str
    made_by: int | None
    device_at: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    photo: Any = None
    confirmed: bool = False


@dataclass(frozen=True)
class Answered:
    """What the phone is told. `answer`: one of `SyncItem.Answer`, or `WAIT`. `url`: the page of what came of it."""

    client_id: UUID
    answer: str
    message: str
    url: str = ""

    @property
    def label(self) -> str:
        return Answer(self.answer).label if self.answer in Answer else "待上传"

    @property
    def clock_doubted(self) -> bool:
        return self.message == CLOCK_SENTENCE


def receive(*, items: Sequence[Item], by: User, today: date, device_now: datetime | None = None) -> list[Answered]:
    """Take entries in, in their order; never inside a transaction. `device_now`: the phone's clock as it sends them.

    Two queries for the whole, then those of each act; none for an entry that has been answered before.
    """
    known = {row.client_id: row for row in SyncItem.objects.filter(client_id__in=[item.client_id for item in items])}
    fresh = any(item.client_id not in known for item in items)
    teams = {team.pk: team for team in teams_to_log(by, today)} if fresh else {}
    sending = _Sending(by, today, device_now, teams)
    answers: dict[UUID, Answered] = {}
    for item in items:
        earlier = known.get(item.client_id)
        if item.client_id not in answers:
            answers[item.client_id] = _told(earlier, by) if earlier is not None else _take(item, sending)
    return [answers[item.client_id] for item in items]


@dataclass(frozen=True)
class _Sending:
    """What the entries of one sending have in common."""

    by: User
    today: date
    device_now: datetime | None
    teams: Mapping[int, LiaisonTeam]


def _told(row: SyncItem, by: User) -> Answered:
    """The earlier answer, word for word."""
    if row.user_id != by.pk:
        return Answered(row.client_id, WAIT, OTHER_ACCOUNT)
    return Answered(row.client_id, row.answer, row.message, row.url)


def _take(item: Item, sending: _Sending) -> Answered:
    if item.made_by != sending.by.pk:
        return Answered(item.client_id, WAIT, OTHER_ACCOUNT)
    try:
        return _take_once(item, sending)
    except IntegrityError:
        earlier = SyncItem.objects.filter(client_id=item.client_id).first()
        return _told(earlier, sending.by) if earlier is not None else _put_off(item)
    except Exception:
        return _put_off(item)


def _put_off(item: Item) -> Answered:
    """Our own trouble, inside an `except`: written down under a number, and the others go on."""
    number = secrets.token_hex(4)
    log.exception("sync %s: entry %s of kind %s", number, item.client_id, item.kind)
    return Answered(
        item.client_id, WAIT, f"系统暂时没有收下这一条，已记下这个问题（编号{number}）。仍存在本机，稍后再上传。"
    )


def _take_once(item: Item, sending: _Sending) -> Answered:
    problem = None
    try:
        item = _prepared(item, sending)
    except ValidationError as refusal:
        problem = refusal
    with _turn(), transaction.atomic():
        row = SyncItem(
            client_id=item.client_id,
            user=sending.by,
            kind=item.kind,
            payload=item.payload,
            device_at=item.device_at,
            answer=Answer.ATTENTION,
            message="正在办理",
        )
        row.save(force_insert=True)
        if problem is None:
            try:
                row.answer, row.message, row.url = TAKERS[item.kind](item, sending)
            except ValidationError as refusal:
                problem = refusal
        if problem is not None:
            row.answer, row.message = Answer.ATTENTION, _sentence(problem)
        row.save(update_fields=["answer", "message", "url"])
    return _told(row, sending.by)


_one_at_a_time = Lock()


@contextmanager
def _turn() -> Iterator[None]:
    """On SQLite one writes at a time, and whoever finds the file taken knocks again after ever longer pauses; when
    a whole town sends in the evening some would give up. Those of this process stand in line here instead."""
    if connection.vendor != "sqlite":
        yield
        return
    with _one_at_a_time:
        yield


def _prepared(item: Item, sending: _Sending) -> Item:
    """What can be judged or worked on before the database is asked: a picture takes long to shrink, and on
    SQLite everybody else would wait. A doubted clock comes first, since it makes the day doubtful too."""
    if item.kind not in TAKERS:
        raise ValidationError(UNKNOWN_KIND)
    if not item.confirmed:
        refuse_wrong_clock(item.device_at, sending.device_now)
    if item.problems:
        raise ValidationError(list(item.problems))
    return replace(item, photo=prepare(item.photo)) if item.photo is not None else item


def _sentence(problem: ValidationError) -> str:
    """All that is to be put right, in one line."""
    return "；".join(dict.fromkeys(text.rstrip("。") for text in problem.messages))[:300]


# --- What each kind does: the answer, its sentence, its page -------------------------------------------
# Each is one act, which leaves nothing behind when it refuses.
def _take_duty(item: Item, sending: _Sending) -> tuple[str, str, str]:
    values = dict(item.values)
    team = sending.teams.get(values.pop("team"))
    if team is None:
        raise ValidationError(NOT_THIS_TEAM)
    logged: Logged = log_duty(
        team=team,
        by=sending.by,
        today=sending.today,
        device_at=None if item.confirmed else item.device_at,
        photos=[item.photo] if item.photo is not None else (),
        **values,
    )
    return Answer.MERGED if logged.merged else Answer.RECEIVED, logged.sentence, page_of(logged.log)


TAKERS: Mapping[str, Callable[[Item, _Sending], tuple[str, str, str]]] = {"duty": _take_duty}
