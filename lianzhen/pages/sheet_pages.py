"""The page around a sheet (`sheets.Sheet`): what is sound is recorded, the rest stays to be put right.

Each line has its own token, made from the form's and the line's key, so that nothing is recorded twice:
neither by a doubled sending, nor when the lines that were bad are sent again together with the good ones.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lianzhen.pages.forms import PageForm
from lianzhen.pages.models import AnsweredForm
from lianzhen.pages.once import token_of
from lianzhen.pages.sheets import Row, Sheet

TEMPLATE = "pages/sheet_page.html"


def sheet_page(
    request: HttpRequest,
    form: PageForm,
    sheet: Sheet,
    *,
    save: Callable[[dict[str, Any], Row], Any],
    done: Callable[[list[Any]], tuple[str, str]],
    context: dict[str, Any],
    around: Callable[[], AbstractContextManager[Any]] = nullcontext,
    template: str = TEMPLATE,
) -> HttpResponse:
    """Show a sheet under its form, or record its lines and lead on.

    `save(values of the form, row)` calls one action for one line; a `ValidationError` of it marks the line.
    `done` gets the results of all lines and answers (url, sentence) once no line is left to put right; until
    then the page comes again (422), 「保存12条，2条需修改」, with everything on it. `around()` opens one act
    around all lines, where they belong together on the trail.
    """

    def show(status: int) -> HttpResponse:
        if sheet.fixed and form.is_bound:  # each change of a line on record is a sending of its own
            form.data = {**form.data.dict(), "once": str(uuid.uuid4())}
        problems = sum(map(len, form.errors.values())) + len(sheet.problems)
        answer = {**context, "form": form, "sheet": sheet, "has_errors": bool(problems), "problem_count": problems}
        return render(request, template, answer, status=status)

    if request.method != "POST":
        return show(200)
    if sheet.asked_to_fill:
        messages.warning(request, "".join(["已填入粘贴的内容，还没有保存。请核对后再保存。", *sheet.notes]))
        return show(200)
    tokens = {row.key: _token(request, sheet, row) for row in sheet.rows}
    if not form.is_valid():
        _mark_saved(request, sheet, tokens)
        sheet.judge()
        return show(422)
    with transaction.atomic():
        done_before = _mark_saved(request, sheet, tokens)
        sheet.judge()
        with around():
            results = [result for row in sheet.sound for result in _save_row(request, form, row, tokens, save)]
    if sheet.bad:
        kept = f"保存{len(results)}条" if results else "还没有保存"
        messages.warning(request, f"{kept}，{len(sheet.bad)}条需修改。")
        return show(422)
    if not results and not done_before and not any(row.agreed for row in sheet.rows):
        form.add_error(None, "请先填写再保存，现在没有可保存的内容。")
        return show(422)
    url, sentence = done(results)
    if sentence and results:
        messages.success(request, sentence)
    return HttpResponseRedirect(url, status=303)


def _save_row(
    request: HttpRequest,
    form: PageForm,
    row: Row,
    tokens: dict[str, uuid.UUID | None],
    save: Callable[[dict[str, Any], Row], Any],
) -> list[Any]:
    """The result of one line, or nothing where it was refused or somebody's doubled sending came first."""
    token = tokens[row.key]
    try:
        with transaction.atomic():
            if token is not None:
                AnsweredForm.objects.create(
                    token=token, digest=_digest(row), user=request.user, path=request.path[:300]
                )
            result = save(form.values, row)
    except ValidationError as problem:
        _tell(row, problem)
        return []
    except IntegrityError:
        row.saved = AnsweredForm.objects.filter(token=token, digest=_digest(row), user=request.user).exists()
        if not row.saved:
            row.refuse("与刚刚保存的另一条记录冲突，请刷新页面核对后再保存。")
        return []
    row.saved = True
    row.shown = dict(row.texts)
    return [result]


def _mark_saved(request: HttpRequest, sheet: Sheet, tokens: dict[str, uuid.UUID | None]) -> bool:
    """Mark the lines that an earlier sending of this page recorded. A fixed line may be changed once more."""
    wanted = [tokens[row.key] for row in sheet.rows if row.counts and tokens[row.key]]
    if not wanted:
        return False
    answered = AnsweredForm.objects.filter(token__in=wanted, user=request.user)
    earlier: dict[uuid.UUID, set[str]] = {}
    for token, digest in answered.values_list("token", "digest"):
        earlier.setdefault(token, set()).add(digest)
    for row in sheet.rows:
        digests = earlier.get(tokens[row.key]) if row.counts else None  # type: ignore[arg-type]
        if digests is None:
            continue
        if _digest(row) in digests:
            row.saved = True
        elif not sheet.fixed:
            row.refuse("这一行刚刚已保存过，不能在这里再改。请清空这一行，到保存的记录里修改。")
    return any(row.saved for row in sheet.rows)


def _token(request: HttpRequest, sheet: Sheet, row: Row) -> uuid.UUID | None:
    once = token_of(request)
    return None if once is None else uuid.uuid5(once, f"{sheet.prefix}-{row.key}")


def _digest(row: Row) -> str:
    told = (sorted(row.texts.items()), sorted(row.shown.items()) if row.line else [])
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def _tell(row: Row, problem: ValidationError) -> None:
    """An action's refusal beside the cells it speaks of, or at the line."""
    if not hasattr(problem, "error_dict"):
        row.refuse("".join(problem.messages))
        return
    for name, errors in problem.error_dict.items():
        known = name != NON_FIELD_ERRORS and name in row.texts
        row.refuse("".join(sentence for error in errors for sentence in error.messages), name if known else "")
