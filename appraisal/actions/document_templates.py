"""编印设置 and the town's own Word templates. Former versions are kept and can be put back."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from appraisal.models import DocumentTemplate, PaperSettings
from appraisal.papers.checking import problems
from lianzhen.accounts.models import User
from lianzhen.town.models import Town
from lianzhen.trail import acting
from lianzhen.trail.versions import EditConflict


def set_paper_settings(*, by: User | None, version: int | None = None, **values: Any) -> PaperSettings:
    """Write the one row. Papers already issued stay as they are. Raises `ValidationError` by field."""
    with acting(by=by, action="papers.set", label="修改编印设置"):
        _one_at_a_time()
        settings = PaperSettings.objects.first() or PaperSettings()
        if version is not None and settings.version != version:
            raise EditConflict(settings)
        for name, value in values.items():
            setattr(settings, name, value)
        settings.full_clean()
        settings.save()
    return settings


def upload_template(
    *, style: str, name: str, content: bytes, by: User, now: datetime, note: str = ""
) -> DocumentTemplate:
    """Take a template into use. Raises `ValidationError` at `file` with what is missing in it."""
    wrong = problems(content, style)
    if wrong:
        raise ValidationError({"file": wrong})
    with acting(by=by, action="template.upload", label="更换文件模板", reason=note):
        _one_at_a_time()
        _put_aside(style)
        row = DocumentTemplate(
            style=style,
            name=name[-120:],
            note=note.strip(),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            uploaded_at=now,
            uploaded_by=by,
            in_use=True,
        )
        row.full_clean()
        row.save()
    return row


def use_template(*, template: DocumentTemplate, by: User) -> DocumentTemplate:
    """Put a former version back."""
    with acting(by=by, action="template.use", label="换回以前的模板"):
        _one_at_a_time()
        _put_aside(template.style)
        row = DocumentTemplate.objects.get(pk=template.pk)
        row.in_use = True
        row.save()
    return row


def use_shipped(*, style: str, by: User) -> None:
    """Back to the template that comes with the platform."""
    with acting(by=by, action="template.shipped", label="恢复自带模板"):
        _one_at_a_time()
        _put_aside(style)


def _put_aside(style: str) -> None:
    for row in DocumentTemplate.objects.filter(style=style, in_use=True):
        row.in_use = False
        row.save()


def _one_at_a_time() -> None:
    list(Town.objects.select_for_update().values_list("pk"))
