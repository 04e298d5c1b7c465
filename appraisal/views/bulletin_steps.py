"""The steps of a bulletin: laid before the signature, sent back, signed, corrected; each says what follows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import bulletins as actions
from appraisal.actions.documents import next_number
from appraisal.bulletin_draft import Change
from appraisal.bulletin_facts import as_of
from appraisal.bulletin_paper import overtaken
from appraisal.bulletin_steps import correct_problem, drop_problem, not_due
from appraisal.forms.bulletins import BulletinReasonForm, CorrectionReasonForm, DropReasonForm, SignForm
from appraisal.models import Bulletin, BulletinBlock
from appraisal.permissions_bulletins import keep_bulletins, sign_bulletins
from appraisal.views.bulletins import crumbs, find_bulletin, url_of, words_of_period
from lianzhen.pages.forms import PageForm, form_page, taken_meanwhile
from lianzhen.pages.guard import guarded

State = Bulletin.State


def taken(request: HttpRequest, bulletin: Bulletin, problem: str) -> HttpResponse | None:
    """A step that is not due has no form: to the page that says how far the bulletin is."""
    if request.method != "GET" or not problem:
        return None
    return taken_meanwhile(request, problem, url_of(bulletin.period))


@guarded(keep_bulletins, find=find_bulletin)
def bulletin_submit(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    return taken(request, bulletin, not_due(bulletin, State.DRAFT)) or form_page(
        request,
        PageForm(request.POST or None, record=bulletin),
        save=lambda values: actions.submit_bulletin(bulletin=bulletin, by=request.user, now=timezone.now(), **values),
        done=lambda saved: _submitted(request, saved),
        context=under(
            bulletin,
            "提交签发",
            effects=[
                *_warned(overtaken(bulletin)),
                f"现在的数据截至{as_of(bulletin.refreshed_at or bulletin.made_at)}。"
                "提交时按登记更新，有变化的先列出来，核对后再提交。",
                "提交后不能再改；需要修改的，由签发人退回。",
            ],
        ),
    )


def _submitted(request: HttpRequest, saved: Bulletin) -> tuple[str, str]:
    """Where the records have changed, to the editor, which lists it."""
    if saved.state == State.SIGNING:
        return url_of(saved.period), "已提交，等待联村办主任签发。"
    messages.warning(request, f"还没有提交：数据有{len(saved.changes)}处变化，已经更新。请核对后再提交签发。")
    return url_of(saved.period, "_edit"), ""


@guarded(sign_bulletins, find=find_bulletin)
def bulletin_back(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    return taken(request, bulletin, not_due(bulletin, State.SIGNING)) or form_page(
        request,
        BulletinReasonForm(request.POST or None, record=bulletin),
        save=lambda values: actions.send_back_bulletin(bulletin=bulletin, by=request.user, **values),
        done=lambda saved: (url_of(saved.period), "已退回修改。"),
        context=under(bulletin, "退回修改", effects=["退回后可以继续修改，再次提交。原因写入操作记录。"]),
    )


@guarded(sign_bulletins, find=find_bulletin)
def bulletin_sign(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    if answer := taken(request, bulletin, not_due(bulletin, State.SIGNING)):
        return answer
    moved = overtaken(bulletin)
    return form_page(
        request,
        SignForm(request.POST or None, record=bulletin, asks=bool(moved)),
        save=lambda values: actions.sign_bulletin(bulletin=bulletin, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (reverse("document", args=[saved.document_id]), f"已签发：{saved.document.numbered}。"),
        context=under(bulletin, "签发", effects=[_numbered(bulletin), *_follows(bulletin)], moved=moved),
        template="appraisal/bulletin_sign.html",
    )


def _warned(moved: list[tuple[BulletinBlock, list[Change]]]) -> list[str]:
    """A sentence for each section whose words the records have overtaken."""
    return [
        f"“{block.title}”改过以后，数据又有{len(changes)}处变化，印出的文字没有跟着变，请先核对。"
        for block, changes in moved
    ]


def _numbered(bulletin: Bulletin) -> str:
    if bulletin.style == Bulletin.Style.OFFICIAL:
        return f"发文字号：{bulletin.official_number}。" if bulletin.official_number else "还没有填写发文字号。"
    kind = actions.DOCUMENT_KINDS[Bulletin.Kind(bulletin.kind)]
    number, total = next_number(kind, timezone.localdate().year)
    return f"签发时编为第{number}期（总第{total}期），期号用过后不再使用。"


def _follows(bulletin: Bulletin) -> list[str]:
    told = [
        "签发后文字和数据从此固定，存入文件柜，全体工作人员可以看到。",
        "发现有误的，另发一期更正，原来的一期保留。",
    ]
    if bulletin.corrects is not None and bulletin.corrects.document is not None:
        told.append(f"{bulletin.corrects.document.numbered}同时标为“已更正”。")
    return told


@guarded(keep_bulletins, find=find_bulletin)
def bulletin_correct(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    return taken(request, bulletin, correct_problem(bulletin)) or form_page(
        request,
        CorrectionReasonForm(request.POST or None),
        save=lambda values: actions.correct_bulletin(bulletin=bulletin, by=request.user, now=timezone.now(), **values),
        done=lambda made: (url_of(made.period, "_edit"), "更正稿已生成，改好后提交签发。"),
        context=under(
            bulletin,
            "更正通报",
            effects=["生成一份更正稿，沿用原来改过的文字。", "更正的一期签发后取得新的期号，原来的一期标为“已更正”。"],
        ),
    )


@guarded(keep_bulletins, find=find_bulletin)
def bulletin_drop(request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
    return taken(request, bulletin, drop_problem(bulletin)) or form_page(
        request,
        DropReasonForm(request.POST or None, record=bulletin),
        save=lambda values: actions.drop_correction(bulletin=bulletin, by=request.user, now=timezone.now(), **values),
        done=lambda saved: (url_of(saved.period), "更正稿已撤销，原来的一期继续有效。"),
        context=under(
            bulletin,
            "撤销更正稿",
            effects=[
                "更正稿不再印发，里面改过的文字和表格不再使用。",
                "原来的一期继续有效，期号没有变化；撤销和原因写入操作记录。",
            ],
            danger=True,
        ),
    )


def under(bulletin: Bulletin, act: str, **context: Any) -> dict[str, Any]:
    """Context of a step's page."""
    here, title = url_of(bulletin.period), words_of_period(bulletin.period)
    return {
        "heading": f"{title}：{act}",
        "submit": act,
        "cancel_url": here,
        "crumbs": [*crumbs(), (title, here)],
        **context,
    }
