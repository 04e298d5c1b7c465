"""编印设置: what stands on every paper, and the Word templates that the town can replace by itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appraisal.actions import document_templates as actions
from appraisal.forms.papers import PaperSettingsForm, StyleForm, TemplateForm
from appraisal.models import DocumentTemplate, PaperSettings
from appraisal.papers.heads import official_name, unit_name
from appraisal.papers.responses import file_response, print_page, template_in_use, word_response
from appraisal.papers.sample import sample
from appraisal.papers.shipped import REQUIRED, shipped
from appraisal.permissions_documents import keep_paper_settings, see_paper_settings
from lianzhen import phones
from lianzhen.pages.forms import PageForm, form_page
from lianzhen.pages.guard import guarded, visible
from lianzhen.wording import full_date

Style = DocumentTemplate.Style
CRUMBS = [("编印设置", "/settings/papers/")]

find_template = visible(DocumentTemplate, narrow=lambda rows: rows.select_related("uploaded_by"))


@guarded(see_paper_settings, methods=("GET",))
def paper_settings(request: HttpRequest) -> HttpResponse:
    settings = PaperSettings.current()
    rows = list(DocumentTemplate.objects.select_related("uploaded_by").defer("content"))
    context = {
        "record": settings if settings.version else None,
        "rows": facts(settings),
        "styles": [style_block(style, rows) for style in Style],
        "may_keep": bool(keep_paper_settings(request.user)),
    }
    return render(request, "appraisal/paper_settings.html", context)


def facts(settings: PaperSettings) -> list[tuple[str, Any]]:
    before = ""
    if settings.before_total:
        in_year = f"，其中{settings.before_year}年{settings.before_number}期" if settings.before_number else ""
        before = f"{settings.before_total}期{in_year}"
    return [
        ("报名", settings.bulletin_name),
        ("编印单位", unit_name(settings)),
        ("发文机关标志", official_name(settings)),
        ("报", settings.report_to),
        ("送", settings.send_to),
        ("发", settings.distribute_to),
        ("共印份数", f"{settings.copies}份" if settings.copies else ""),
        ("公示联系电话", phones.as_printed(settings.notice_phone)),
        ("启用平台前已编印", before),
    ]


def style_block(style: Style, rows: list[DocumentTemplate]) -> dict[str, Any]:
    """One style with the template in use, the former ones, and the words it must hold."""
    own = [row for row in rows if row.style == style]
    return {
        "key": style.value,
        "name": style.label,
        "current": next((row for row in own if row.in_use), None),
        "former": [row for row in own if not row.in_use],
        "words": "、".join(f"{{{{{word}}}}}" for word in REQUIRED[style]),
    }


@guarded(keep_paper_settings)
def paper_settings_edit(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        PaperSettingsForm(request.POST or None, record=PaperSettings.current()),
        save=lambda values: actions.set_paper_settings(by=request.user, **values),
        done=lambda saved: (reverse("paper_settings"), "编印设置已修改，以后签发的文件照此印。"),
        context={
            "heading": "修改编印设置",
            "submit": "保存设置",
            "effects": ["已经印发的文件不变。"],
            "cancel_url": reverse("paper_settings"),
            "crumbs": CRUMBS,
        },
    )


@guarded(keep_paper_settings)
def template_add(request: HttpRequest) -> HttpResponse:
    def save(values: dict[str, Any]) -> DocumentTemplate:
        file = values.pop("file")
        return actions.upload_template(
            name=file.name, content=file.read(), by=request.user, now=timezone.now(), **values
        )

    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return form_page(
        request,
        TemplateForm(*data, initial={"style": asked_style(request)}),
        save=save,
        done=lambda row: (reverse("paper_settings"), f"{row}已启用，以后的{row.get_style_display()}文件用它印。"),
        context={
            "heading": "更换文件模板",
            "submit": "上传模板",
            "effects": ["上传时先用示例文件试写一遍，缺什么会说明。", "原来的模板保留，可以随时换回。"],
            "cancel_url": reverse("paper_settings"),
            "crumbs": CRUMBS,
        },
    )


@guarded(see_paper_settings, methods=("GET",))
def template_current(request: HttpRequest) -> HttpResponse:
    """The template in use, to be changed in WPS or Word; `?shipped=1` the one that comes with the platform."""
    style = asked_style(request)
    content = None if request.GET.get("shipped") == "1" else template_in_use(style)
    return file_response(content or shipped(style), f"{Style(style).label}模板")


@guarded(see_paper_settings, find=find_template, methods=("GET",))
def template_file(request: HttpRequest, template: DocumentTemplate) -> HttpResponse:
    return file_response(bytes(template.content), template.name.removesuffix(".docx"))


@guarded(keep_paper_settings, find=find_template)
def template_use(request: HttpRequest, template: DocumentTemplate) -> HttpResponse:
    uploaded = full_date(timezone.localdate(template.uploaded_at))
    return form_page(
        request,
        PageForm(request.POST if request.method == "POST" else None),
        save=lambda values: actions.use_template(template=template, by=request.user),
        done=lambda row: (reverse("paper_settings"), f"已换回{row}。"),
        context={
            "heading": f"换回{template}",
            "submit": "换回模板",
            "effects": [
                f"{uploaded}由{template.uploaded_by.name}上传。以后签发的{template.get_style_display()}文件用它印。"
            ],
            "cancel_url": reverse("paper_settings"),
            "crumbs": CRUMBS,
        },
    )


@guarded(keep_paper_settings)
def template_reset(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        StyleForm(request.POST or None, initial={"style": asked_style(request)}),
        save=lambda values: actions.use_shipped(style=values["style"], by=request.user) or values["style"],
        done=lambda style: (reverse("paper_settings"), f"{Style(style).label}已恢复自带模板。"),
        context={
            "heading": "恢复自带模板",
            "submit": "恢复自带模板",
            "effects": ["镇里上传的模板保留，可以随时换回。"],
            "cancel_url": reverse("paper_settings"),
            "crumbs": CRUMBS,
        },
    )


@guarded(see_paper_settings, methods=("GET",))
def paper_sample(request: HttpRequest) -> HttpResponse:
    """The sample paper of a style: as Word file in the template in use, or on A4."""
    settings = PaperSettings.current()
    style = asked_style(request)
    name = official_name(settings) if style == Style.OFFICIAL else settings.bulletin_name
    paper = sample(style, name=name, unit=unit_name(settings))
    if request.GET.get("format") == "docx":
        return word_response(paper, f"{Style(style).label}示例")
    return print_page(request, paper, back_url=reverse("paper_settings"), draft=True)


def asked_style(request: HttpRequest) -> str:
    style = request.GET.get("style", Style.BRIEFING)
    if style not in Style.values:
        raise Http404
    return str(style)
