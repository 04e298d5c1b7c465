"""导入: list, upload, columns, check, result, rows that wait, taking back, templates."""

from __future__ import annotations

from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lianzhen.forms.imports import ColumnsForm, SheetForm, UndoForm, UploadForm
from lianzhen.importing import actions, progress, running, undoing, workbooks
from lianzhen.importing.kinds import kind_of, kinds_for
from lianzhen.importing.models import UNDO_DAYS, ImportBatch
from lianzhen.importing.permissions import use_imports
from lianzhen.pages.forms import add_problem, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.tables import LIST_METHODS, Column, ListPage, link, tag
from lianzhen.views.import_rows import asked_corrections, rows_context
from lianzhen.wording import full_date, number

State = ImportBatch.State
TONES = {
    State.UPLOADED: "wait",
    State.MAPPED: "wait",
    State.CHECKED: "wait",
    State.IMPORTED: "done",
    State.PARTIAL: "warn",
    State.UNDONE: "off",
}

find_batch = visible(ImportBatch, narrow=lambda rows: rows.select_related("created_by", "imported_by", "undone_by"))
CRUMBS = ("导入", "import_list")


# --- Where a batch stands -------------------------------------------------------------------------
def state_of(batch: ImportBatch) -> tuple[str, str]:
    """Tone and words of a batch's state (design §6.3); 未完成 where the work broke off."""
    if batch.running:
        alive = progress.seen(batch.pk)[2]
        return ("wait", batch.get_running_display()) if alive else ("bad", "未完成")
    if batch.stopped:
        return "bad", "未完成"
    words = {State.IMPORTED: "已导入（可撤销）", State.PARTIAL: "部分导入（有待处理行）"}
    shown = batch.get_state_display()
    if batch.state == State.PARTIAL or batch.may_be_undone(timezone.now()):
        shown = words.get(batch.state, shown)
    return TONES[batch.state], shown


def next_url(batch: ImportBatch) -> str:
    """The page on which a batch goes on."""
    if batch.running or batch.stopped or batch.state in (State.MAPPED, State.UNDONE):
        name = "import_batch"
    elif batch.state == State.UPLOADED:
        name = "import_map"
    else:
        name = "import_check" if batch.state == State.CHECKED else "import_result"
    return reverse(name, args=[batch.pk])


def _state_cell(batch: ImportBatch) -> str:
    return tag(*state_of(batch))


COLUMNS = (
    Column(
        "file",
        "文件",
        lambda b: b.file_name,
        show=lambda b: link(reverse("import_batch", args=[b.pk]), b.file_name),
        head=True,
    ),
    Column("kind", "种类", lambda b: b.kind_title),
    Column("state", "状态", lambda b: state_of(b)[1], show=_state_cell),
    Column("by", "上传人", lambda b: str(b.created_by or "系统"), secondary=True),
    Column("at", "上传于", lambda b: timezone.localtime(b.created_at).strftime("%Y-%m-%d %H:%M"), sort=["-created_at"]),
)


@guarded(use_imports, methods=LIST_METHODS)
def import_list(request: HttpRequest) -> HttpResponse:
    rows = ImportBatch.objects.visible_to(request.user).select_related("created_by")
    page = ListPage(
        request,
        rows,
        COLUMNS,
        title="导入",
        order=["-created_at"],
        count=lambda n: f"共{number(n)}个批次",
        page_size=100,
        empty_text="还没有导入过。上传Excel表格，核对以后再写入台账。",
        empty_action=("导入表格", reverse("import_new")),
        context={"add_url": reverse("import_new"), "add_text": "导入表格", "may_add": True},
    )
    return page.respond()


# --- Upload ---------------------------------------------------------------------------------------
@guarded(use_imports)
def import_new(request: HttpRequest) -> HttpResponse:
    offered = kinds_for(request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, kinds=offered, initial={"kind": request.GET.get("kind")})

    def save(values: dict) -> ImportBatch:
        file = values["file"]
        return actions.upload(kind=kind_of(values["kind"]), raw=file.read(), file_name=file.name, by=request.user)

    return form_page(
        request,
        form,
        save=save,
        done=lambda batch: (next_url(batch), ""),
        template="imports/new.html",
        context={
            "kinds": [(kind, reverse("import_template", args=[kind.key])) for kind in offered],
            "crumbs": [(CRUMBS[0], reverse(CRUMBS[1]))],
            "cancel_url": reverse("import_list"),
        },
    )


@guarded(use_imports, methods=("GET",))
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The blank template of a kind, or with `?sample=1` one with rows that show how to fill it."""
    definition = next((offered for offered in kinds_for(request.user) if offered.key == kind), None)
    if definition is None:
        raise Http404
    filled = request.GET.get("sample") == "1"
    content = workbooks.sample(definition) if filled else workbooks.template(definition)
    return _workbook(content, f"{definition.title}{'填写示例' if filled else '模板'}.xlsx")


# --- One batch ------------------------------------------------------------------------------------
def _frame(batch: ImportBatch) -> dict:
    done, total, alive = progress.seen(batch.pk) if batch.running else (0, 0, False)
    tone, words = state_of(batch)
    return {
        "batch": batch,
        "tone": tone,
        "state_words": words,
        "crumbs": [(CRUMBS[0], reverse(CRUMBS[1]))],
        "running": bool(batch.running) and alive,
        "broken_off": bool(batch.stopped) or (bool(batch.running) and not alive),
        "done": done,
        "total": total,
        "follow_up": _follow_up(batch),
    }


def _follow_up(batch: ImportBatch) -> tuple[str, str] | None:
    """What is due after the import: words and address."""
    after = batch.definition.follow_up
    return (after[0], reverse(after[1], args=[batch.pk])) if after and batch.took_in else None


@guarded(use_imports, find=find_batch)
def import_batch(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Where the batch stands; while a worker is at it, how far it has come. POST goes on after a break."""
    if request.method == "POST":
        return _go_on(request, batch)
    counts = batch.counts()
    facts = [
        ("种类", batch.kind_title),
        ("文件", batch.file_name),
        ("工作表", f"{batch.sheet}，表头在第{batch.header_line}行" if batch.sheet else ""),
        ("上传", f"{batch.created_by} {_moment(batch.created_at)}"),
        ("导入", f"{batch.imported_by} {_moment(batch.imported_at)}" if batch.imported_at else ""),
        ("撤销", f"{batch.undone_by} {_moment(batch.undone_at)}" if batch.undone_at else ""),
        ("行数", _counted(counts)),
    ]
    context = _frame(batch) | {
        "facts": facts,
        "next_url": next_url(batch),
        "may_undo": batch.may_be_undone(timezone.now()) and not batch.running,
        "waiting": counts["problem"] if batch.state == State.PARTIAL else 0,
        "same_only": bool(counts["same"]) and not any(counts[k] for k in ("new", "changed", "problem", "done")),
    }
    answer = render(request, "imports/batch.html", context)
    if context["running"]:
        answer["Refresh"] = "3"  # the page shows how far the work is, without a script
    return answer


def _go_on(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    try:
        if batch.running == ImportBatch.Running.IMPORT or (batch.stopped and batch.state != State.MAPPED):
            batch = running.start_import(batch=batch, by=request.user)
        elif batch.state == State.MAPPED:
            actions.check(batch=batch)
    except ValidationError as problem:
        return render(request, "imports/batch.html", _frame(batch) | {"sentence": problem.messages[0]}, status=422)
    return HttpResponseRedirect(next_url(batch), status=303)


def _counted(counts: dict[str, int]) -> str:
    words = (
        ("done", "已导入"),
        ("new", "新增"),
        ("changed", "更新"),
        ("same", "无变化"),
        ("problem", "有问题"),
        ("skipped", "已跳过"),
        ("dropped", "不再导入"),
    )
    return "，".join(f"{word}{number(counts[key])}行" for key, word in words if counts[key])


def _moment(at: object) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


@guarded(use_imports, find=find_batch)
def import_map(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Which sheet, which row is the header, which column is which."""
    if batch.running or batch.took_in or batch.state == State.UNDONE:
        return HttpResponseRedirect(next_url(batch), status=303)
    doing = request.POST.get("do", "")
    sheet_form = SheetForm(request.POST if doing == "sheet" else None, batch=batch)
    columns_form = ColumnsForm(request.POST if doing == "columns" else None, batch=batch)
    form = sheet_form if doing == "sheet" else columns_form
    if request.method == "POST" and form.is_valid():
        try:
            if doing == "sheet":
                asked = sheet_form.cleaned_data
                line = asked["header_line"] if asked["sheet"] == batch.sheet else None
                actions.set_sheet(batch=batch, sheet_name=asked["sheet"], header_line=line)
                return HttpResponseRedirect(reverse("import_map", args=[batch.pk]), status=303)
            batch = actions.set_columns(batch=batch, columns=columns_form.columns, fixed=columns_form.fixed)
            return HttpResponseRedirect(next_url(batch), status=303)
        except ValidationError as problem:
            add_problem(form, problem)
    context = _frame(batch) | {
        "sheet_form": sheet_form,
        "columns_form": columns_form,
        "form": form if form.is_bound else None,
        "doubled": actions.doubled_headers(batch),
        "better": actions.better_kind(batch, kinds_for(request.user)) if batch.sheet else None,
    }
    return render(request, "imports/map.html", context, status=422 if request.method == "POST" else 200)


@guarded(use_imports, find=find_batch)
def import_check(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """What every row would do; cells with problems are inputs. Nothing is written before 导入."""
    if batch.took_in or batch.state != State.CHECKED or batch.running:
        return HttpResponseRedirect(next_url(batch), status=303)
    return _rows_page(request, batch, "imports/check.html")


@guarded(use_imports, find=find_batch)
def import_pending(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """The rows that waited while the others went in."""
    if batch.running or batch.state != State.PARTIAL:
        return HttpResponseRedirect(next_url(batch), status=303)
    if request.method == "POST" and request.POST.get("do") == "drop":
        actions.drop_rows(batch=batch, by=request.user)
        return HttpResponseRedirect(reverse("import_result", args=[batch.pk]), status=303)
    return _rows_page(request, batch, "imports/pending.html")


def _rows_page(request: HttpRequest, batch: ImportBatch, template: str) -> HttpResponse:
    sentence = ""
    if request.method == "POST":
        try:
            typed, choice = asked_corrections(request.POST)
            corrected = actions.correct(batch=batch, typed=typed, choice=choice)
            if not corrected and request.POST.get("do") != "import":
                actions.check(batch=batch)
            batch = ImportBatch.objects.get(pk=batch.pk)
            if request.POST.get("do") == "import" and not batch.running:
                batch = running.start_import(batch=batch, by=request.user)
            return HttpResponseRedirect(_after(request, batch), status=303)
        except ValidationError as problem:
            sentence = problem.messages[0]
    context = _frame(batch) | rows_context(request, batch) | {"sentence": sentence}
    earlier = actions.earlier_import(batch) if not batch.took_in else None
    if not batch.took_in:
        context["better"] = actions.better_kind(batch, kinds_for(request.user))
    if earlier is not None:
        context["earlier"] = earlier
        context["earlier_day"] = full_date(timezone.localdate(earlier.imported_at))
    return render(request, template, context, status=422 if sentence else 200)


def _after(request: HttpRequest, batch: ImportBatch) -> str:
    """Back to where the reader was, or on."""
    if batch.state == State.PARTIAL and not batch.running and request.POST.get("do") != "import":
        return reverse("import_pending", args=[batch.pk])
    if batch.state == State.CHECKED and not batch.running and not batch.stopped:
        show = request.POST.get("show", "")
        return reverse("import_check", args=[batch.pk]) + (f"?show={show}" if show.isalpha() else "")
    return next_url(batch)


@guarded(use_imports, find=find_batch, methods=("GET",))
def import_result(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """What went in, row by row, and what still waits."""
    if not batch.took_in:
        return HttpResponseRedirect(next_url(batch), status=303)
    context = _frame(batch) | rows_context(request, batch, editable=False)
    context["may_undo"] = batch.may_be_undone(timezone.now())
    context["undo_days"] = UNDO_DAYS
    return render(request, "imports/result.html", context)


@guarded(use_imports, find=find_batch)
def import_undo(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Take the whole batch back, with a reason."""
    url = reverse("import_batch", args=[batch.pk])
    return form_page(
        request,
        UndoForm(request.POST or None),
        save=lambda values: undoing.undo(batch=batch, by=request.user, reason=values["reason"]),
        done=lambda undone: (url, f"已撤销导入{undone.kind_title}。"),
        context={
            "heading": f"撤销导入：{batch.file_name}",
            "submit": "撤销这批导入",
            "danger": True,
            "cancel_url": url,
            "crumbs": [(CRUMBS[0], reverse(CRUMBS[1])), (batch.file_name, url)],
            "effects": [
                "这批新增的记录会移除，更新过的记录恢复为导入前的内容。",
                "导入后又有改动的记录，不能整批撤销。",
                "撤销会记入操作记录。",
            ],
        },
    )


@guarded(use_imports, find=find_batch, methods=("GET",))
def import_annotated(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """The rows of the upload with their problems marked."""
    return _workbook(workbooks.annotated(batch), f"标注了问题_{batch.file_name.rsplit('.', 1)[0]}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=workbooks.CONTENT_TYPE)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
