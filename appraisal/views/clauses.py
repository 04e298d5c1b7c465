"""考核条款: the catalogue in force for everybody, one clause on a page, and the clauses of a draft."""

from __future__ import annotations

from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from appraisal.actions import schemes as actions
from appraisal.filters_clauses import ClauseFilter, chosen_version
from appraisal.forms.clauses import ClauseForm
from appraisal.importing import rows_of
from appraisal.models import Clause, Scheme
from appraisal.permissions_schemes import keep_schemes, see_schemes
from appraisal.rules import RULE_CHOICES
from appraisal.scheme_words import ClauseWords, clause_words, judged_months, state_tag
from appraisal.views.schemes import find_scheme, find_with_terms, led_away, sent, under
from lianzhen.importing.kinds import kind_of
from lianzhen.importing.workbooks import CONTENT_TYPE, template
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link_to
from lianzhen.pages.workbooks import safe_name
from lianzhen.trail import acting
from lianzhen.wording import number


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("scheme", "category")


find_clause = visible(Clause, narrow=_rows)


# --- Catalogue -------------------------------------------------------------------------------------
def _words(clause: Clause) -> ClauseWords:
    """Said once for each row, however many columns ask."""
    if not hasattr(clause, "words"):
        clause.words = clause_words(clause)
    return clause.words


COLUMNS = (
    Column(
        "number",
        "条款号",
        lambda c: c.number,
        show=lambda c: link_to("clause", c.pk, c.number),
        sort=["number"],
        head=True,
    ),
    Column("category", "类别", lambda c: c.category.name, sort=["category__position"], secondary=True),
    Column("text", "内容", lambda c: c.text),
    Column("kind", "规则类型", lambda c: _words(c).rule_name, secondary=True),
    Column("rule", "规则", lambda c: _words(c).full_sentence),
    Column("cap", "每月上限", lambda c: _words(c).cap, secondary=True),
    Column("applies", "计入", lambda c: _words(c).applies, sort=["applies_to"], secondary=True),
)


@guarded(see_schemes, methods=LIST_METHODS)
def clause_list(request: HttpRequest) -> HttpResponse:
    """The clauses that judge this month, to be searched by anybody they bind; on request those of another version."""
    current = chosen_version(request)
    rows = Clause.objects.visible_to(request.user).filter(scheme=current)
    page = ListPage(
        request,
        _rows(rows),
        COLUMNS,
        title="考核条款",
        order=["category__position", "position"],
        filterset=ClauseFilter,
        count=lambda n: f"共{number(n)}条",
        groups=lambda c: c.category.name,
        empty_text="本月还没有通过的考核方案。",
        empty_action=("查看考核方案", reverse("scheme_list")),
        context={
            "intro": _intro(current) if current else "",
            "extra_actions": [("查看整份方案", reverse("scheme", args=[current.pk]))] if current else [],
        },
    )
    return page.respond()


def _intro(scheme: Scheme) -> str:
    ground = f"，依据{scheme.basis}" if scheme.basis else ""
    return f"{scheme}（{scheme.get_state_display()}）{ground}。"


@guarded(see_schemes, find=find_clause, methods=("GET",))
def clause_page(request: HttpRequest, clause: Clause) -> HttpResponse:
    scheme, words = clause.scheme, clause_words(clause)
    months = judged_months(list(Scheme.objects.adopted())).get(scheme.pk, "")
    facts = [
        ("类别", clause.category.name),
        ("规则", f"{words.rule_name}：{words.sentence}"),
        ("每月上限", words.cap),
        ("计入", words.applies),
        ("另外", words.extras),
        ("所属方案", str(scheme)),
        ("考核的月份", months),
    ]
    context = {
        "clause": clause,
        "facts": facts,
        "scheme": scheme,
        "state": state_tag(scheme),
        "changes": scheme.state == Scheme.State.DRAFT and keep_schemes(request.user),
        "crumbs": under(scheme)["crumbs"],
    }
    return render(request, "appraisal/clause.html", context)


@guarded(see_schemes, find=find_with_terms, methods=("POST",))
def clause_workbook(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """All clauses of a version, with the figures of their rules a column each: the file that can be imported
    into the next draft."""
    rows = rows_of(scheme)
    with acting(by=request.user, action="list.export", label="导出条款工作簿") as act:
        act.note(scheme, [("条款", "", f"{number(len(rows))}条")])
    answer = HttpResponse(template(kind_of("clauses"), rows), content_type=CONTENT_TYPE)
    name = quote(safe_name(f"{scheme}考核条款") + ".xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer["Cache-Control"] = "no-store, private"
    return answer


# --- Clauses of a draft ----------------------------------------------------------------------------
def _asked_rule(request: HttpRequest, stored: str = "") -> str:
    asked = request.GET.get("rule", stored)
    return asked if asked in dict(RULE_CHOICES) else stored


@guarded(keep_schemes, find=find_scheme)
def clause_add(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """First the type of the rule, then its parameters."""
    if away := led_away(request, scheme):
        return away
    rule = _asked_rule(request)
    context = under(scheme, heading="增加考核条款", submit="增加条款", rules=RULE_CHOICES, rule=rule)
    if not rule:
        return render(request, "appraisal/clause_rule.html", context)
    category = scheme.categories.filter(pk=_pk(request.GET.get("category"))).first()
    return form_page(
        request,
        ClauseForm(request.POST or None, scheme=scheme, rule=rule, initial={"category": category}),
        save=lambda values: actions.save_clause(by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"条款{made.number}已增加。"),
        context=context,
        template="appraisal/clause_form.html",
    )


def _pk(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@guarded(keep_schemes, find=find_clause)
def clause_edit(request: HttpRequest, clause: Clause) -> HttpResponse:
    scheme = clause.scheme
    rule = _asked_rule(request, clause.rule)
    if request.GET.get("choose") == "1" and request.method == "GET":
        context = under(scheme, heading=f"更换规则：{clause.number}", rules=RULE_CHOICES, rule=rule)
        return led_away(request, scheme) or render(request, "appraisal/clause_rule.html", context)
    return led_away(request, scheme) or form_page(
        request,
        ClauseForm(request.POST or None, scheme=scheme, rule=rule, record=clause),
        save=lambda values: actions.save_clause(clause=clause, by=request.user, **values),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"条款{made.number}已修改。"),
        context=under(scheme, heading=f"修改条款{clause.number}", submit="保存条款", rules=RULE_CHOICES, rule=rule),
        template="appraisal/clause_form.html",
    )


@guarded(keep_schemes, find=find_clause)
def clause_remove(request: HttpRequest, clause: Clause) -> HttpResponse:
    scheme, name = clause.scheme, clause.number
    return led_away(request, scheme) or form_page(
        request,
        PageForm(sent(request)),
        save=lambda values: actions.remove_clause(clause=clause, by=request.user),
        done=lambda made: (reverse("scheme", args=[scheme.pk]), f"条款{name}已移除。"),
        context=under(
            scheme,
            heading=f"移除条款{name}",
            submit="移除条款",
            danger=True,
            intro=clause.text,
            effects=["只从这一版草稿里移除；已经通过的各版和已有的记录不受影响。"],
        ),
    )


@guarded(keep_schemes, find=find_clause)
def clause_move(request: HttpRequest, clause: Clause) -> HttpResponse:
    """One place up or down; `?up=1` and without."""
    scheme, up = clause.scheme, request.GET.get("up") == "1"
    way = "上移" if up else "下移"
    return led_away(request, scheme) or form_page(
        request,
        PageForm(sent(request)),
        save=lambda values: actions.move_clause(clause=clause, up=up, by=request.user),
        done=lambda made: (f"{reverse('scheme', args=[scheme.pk])}#clause-{clause.pk}", ""),
        context=under(scheme, heading=f"{way}条款{clause.number}", submit=way, intro=clause.text),
    )
