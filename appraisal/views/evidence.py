"""证据: shown to whoever sees the deduction, the bonus or the appeal; never served by the web server on its own."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from appraisal.actions.evidence import CONTENT_TYPES, withdraw_evidence
from appraisal.models import Evidence, ScoreEntry
from appraisal.permissions_entries import see_evidence, take_evidence_down
from appraisal.views.duty_photos import KEPT
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.pages.photos import small_name


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("entry__village__group", "appeal")


find_evidence = visible(Evidence, narrow=_rows)


@guarded(see_evidence, find=find_evidence, methods=("GET",))
def evidence(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    return _file(evidence.stored_as, evidence)


@guarded(see_evidence, find=find_evidence, methods=("GET",))
def evidence_small(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    return _file(small_name(evidence.stored_as) if evidence.is_photo else evidence.stored_as, evidence)


def _file(name: str, evidence: Evidence) -> HttpResponse:
    """A picture in the page, anything else as a download: a document may hold what a browser should not run."""
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    kind = CONTENT_TYPES[name.rsplit(".", 1)[-1]]
    answer = FileResponse(file, content_type=kind, as_attachment=not evidence.is_photo, filename=evidence.name)
    answer["Cache-Control"] = KEPT
    return answer


@guarded(take_evidence_down, find=find_evidence)
def evidence_withdraw(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    entry = evidence.entry
    page = "bonus" if entry is not None and entry.kind == ScoreEntry.Kind.BONUS else "deduction"
    url = reverse(page, args=[evidence.entry_id]) if entry is not None else reverse("appeal", args=[evidence.appeal_id])
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: withdraw_evidence(evidence=evidence, by=request.user),
        done=lambda row: (url, "已撤下证据。"),
        context={
            "heading": "撤下证据",
            "submit": "撤下证据",
            "cancel_url": url,
            "effects": [f"“{evidence.name}”不再显示。"],
            "danger": True,
        },
    )
