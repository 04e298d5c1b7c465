"""The tables of one section of a bulletin, typed over cell by cell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from appraisal.actions import bulletins as actions
from appraisal.bulletin_draft import tables_of
from appraisal.forms.bulletin_tables import TablesForm
from appraisal.models import Bulletin, BulletinBlock
from appraisal.permissions_bulletins import keep_bulletins
from appraisal.views.bulletins import crumbs, url_of, words_of_period
from lianzhen.pages.forms import form_page
from lianzhen.pages.guard import guarded, visible

find_block = visible(BulletinBlock, narrow=lambda rows: rows.select_related("bulletin"))


@guarded(keep_bulletins, find=find_block)
def bulletin_table(request: HttpRequest, block: BulletinBlock) -> HttpResponse:
    """Reached from the editor, which keeps what was typed there first."""
    period = block.bulletin.period
    is_late = block.bulletin.state != Bulletin.State.DRAFT and request.method != "POST"
    if is_late or not tables_of(block.auto_blocks):
        return redirect(url_of(period))
    form = TablesForm(request.POST or None, block=block)
    editor, title = url_of(period, "_edit"), words_of_period(period)
    return form_page(
        request,
        form,
        save=lambda values: actions.edit_tables(block=block, by=request.user, **values),
        done=lambda saved: (f"{editor}#block-{block.key}", _said(saved)),
        context={
            "heading": f"{title}：{block.title}的表格",
            "block": block,
            "cancel_url": f"{editor}#block-{block.key}",
            "crumbs": [*crumbs(), (title, url_of(period)), ("修改", editor)],
        },
        template="appraisal/bulletin_table.html",
    )


def _said(block: BulletinBlock) -> str:
    return f"已保存，表格有{len(block.cells)}格为手工修改。" if block.cells else "表格与登记的数据一致。"
