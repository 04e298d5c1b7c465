"""编印设置: what stands on every paper, and templates that the town replaces without a programmer."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from appraisal.models import DocumentTemplate, PaperSettings
from appraisal.papers.checking import MOST_BYTES, problems
from appraisal.papers.sample import sample
from appraisal.papers.shipped import shipped
from appraisal.papers.word import text_of, write
from lianzhen.accounts.roles import Role
from lianzhen.tests.document_rows import issued

pytestmark = pytest.mark.django_db
SETTINGS = {
    "bulletin_name": "示例联村通报",
    "issuing_unit": "示例镇联村办",
    "official_name": "",
    "report_to": "示例县委办公室",
    "send_to": "",
    "distribute_to": "各村",
    "copies": "45",
    "notice_phone": "",
    "before_total": "",
    "before_year": "",
    "before_number": "",
    "version": "0",
}


def town_template(style="briefing", add="荷塘月色", drop=""):
    """The shipped one with a line of the town's own, or without some paragraph."""
    book = Document(BytesIO(shipped(style)))
    book.element.body.find(qn("w:p")).addprevious(book.add_paragraph(add)._element)
    for line in list(book.element.body.iter(qn("w:p"))):
        if drop and drop in text_of(line):
            line.getparent().remove(line)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, content, name="镇里的模板.docx", style="briefing"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("template_add"), {"style": style, "file": file, "note": "加一行"})


def with_part(content, name, data):
    out = BytesIO(content)
    with ZipFile(out, "a", ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()


# --- Settings -----------------------------------------------------------------------------------
def test_settings_are_written_once_and_stand_on_the_next_paper(cast, sign_in):
    client = sign_in(Role.OFFICE)
    answer = client.post(reverse("paper_settings_edit"), SETTINGS)
    assert answer.status_code == 303
    settings = PaperSettings.objects.get()
    assert (settings.bulletin_name, settings.copies, settings.before_total) == ("示例联村通报", 45, 0)
    assert settings.to_lines == ("报：示例县委办公室", "发：各村")
    assert "示例联村通报" in client.get(reverse("paper_settings")).content.decode()
    # Opened before somebody else saved.
    again = client.post(reverse("paper_settings_edit"), {**SETTINGS, "copies": "50"})
    assert again.status_code == 409
    assert PaperSettings.objects.get().copies == 45


def test_settings_that_cannot_be_are_refused(cast, sign_in):
    for field, value, sentence in (
        ("bulletin_name", "", "请填写报名"),
        ("copies", "10000", "共印份数不能大于9999"),
        ("before_number", "3", "请同时填写启用平台的年份"),
    ):
        answer = sign_in(Role.OFFICE).post(reverse("paper_settings_edit"), {**SETTINGS, field: value})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not PaperSettings.objects.exists()


# --- Templates ------------------------------------------------------------------------------------
def test_a_template_of_the_town_is_used_put_aside_and_put_back(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert upload(client, town_template(add="第一版")).status_code == 303
    assert upload(client, town_template(add="第二版")).status_code == 303
    assert first_line(issued(cast)) == "第二版"
    page = client.get(reverse("paper_settings")).content.decode()
    assert "以前的模板" in page
    former = DocumentTemplate.objects.get(in_use=False)
    assert client.post(reverse("template_use", args=[former.pk])).status_code == 303
    assert first_line(issued(cast)) == "第一版"
    current = client.get(reverse("template_current")).content
    assert current == bytes(former.content) == client.get(reverse("template_file", args=[former.pk])).content
    assert client.post(reverse("template_reset"), {"style": "briefing"}).status_code == 303
    assert first_line(issued(cast)) == "联村工作通报"
    assert DocumentTemplate.objects.count() == 2


def first_line(document):
    return Document(BytesIO(bytes(document.file.content))).paragraphs[0].text


def test_what_is_missing_is_said(cast, sign_in):
    answer = upload(sign_in(Role.OFFICE), town_template(drop="期号"))
    assert answer.status_code == 422
    assert "模板里缺少{{期号}}" in answer.content.decode()
    assert not DocumentTemplate.objects.exists()


@pytest.mark.parametrize("word", ["报名", "期号", "编印单位", "标题", "正文", "报尾"])
def test_every_word_is_needed(word):
    assert f"{{{{{word}}}}}" in problems(town_template(drop=word), "briefing")[0]


@pytest.mark.parametrize(
    ("given", "wanted", "told"),
    [
        ("briefing", "official", "红头公文式没有{{编印单位}}、{{日期}}"),
        ("briefing", "plain", "无报头没有{{报名}}、{{期号}}、{{编印单位}}、{{日期}}"),
        ("official", "briefing", "{{报名}}用了样式“发文机关标志”，简报式应当用“报名”"),
        ("official", "plain", "无报头没有{{报名}}、{{期号}}"),
        ("plain", "briefing", "{{标题}}用了样式“无报头标题”，简报式应当用“公文标题”"),
        ("plain", "official", "{{标题}}用了样式“无报头标题”，红头公文式应当用“公文标题”"),
    ],
)
def test_a_template_of_one_kind_is_none_of_another(given, wanted, told):
    assert problems(shipped(given), given) == []
    (sentence,) = problems(shipped(given), wanted)
    assert told in sentence
    assert "请核对“式样”" in sentence
    # Without the words that give it away its head still has the other kind's look.
    if (given, wanted) == ("briefing", "official"):
        told = "{{报名}}用了样式“报名”，红头公文式应当用“发文机关标志”"
        assert told in problems(town_template("briefing", drop="编印单位"), "official")[0]


def test_a_template_keeps_the_styles_of_its_head(cast):
    book = Document(BytesIO(shipped("official")))
    next(style for style in book.styles if style.name == "发文字号").delete()
    out = BytesIO()
    book.save(out)
    assert "模板里缺少样式“发文字号”" in problems(out.getvalue(), "official")[0]


def test_a_template_keeps_the_styles_of_the_text(cast, sign_in):
    book = Document(BytesIO(shipped("official")))
    for style in list(book.styles):
        if style.name in ("公文正文", "表题"):
            style.delete()
    out = BytesIO()
    book.save(out)
    answer = upload(sign_in(Role.OFFICE), out.getvalue(), style="official")
    assert answer.status_code == 422
    assert "模板里缺少样式“公文正文”、“表题”" in answer.content.decode()
    assert not DocumentTemplate.objects.exists()


def test_a_face_given_to_a_style_is_the_face_of_the_paper():
    """A run names its own face, so that the style's alone would change nothing."""
    book = Document(BytesIO(shipped("briefing")))
    for name, face in (("公文正文", "楷体_GB2312"), ("公文标题", "华文中宋")):
        book.styles[name].element.rPr.find(qn("w:rFonts")).set(qn("w:eastAsia"), face)
    out = BytesIO()
    book.save(out)
    written = Document(BytesIO(write(sample("briefing"), out.getvalue())))
    faces = {}
    for line in written.paragraphs:
        for fonts in line._p.iter(qn("w:rFonts")):
            faces.setdefault(line.style.name, set()).add(fonts.get(qn("w:eastAsia")))
    assert (faces["公文正文"], faces["公文标题"]) == ({"楷体_GB2312"}, {"华文中宋"})
    assert (faces["一级标题"], faces["三级标题"]) == ({"黑体"}, {"仿宋"})


def test_files_that_are_no_templates():
    whole = town_template()
    assert problems(whole, "briefing") == []
    assert "另存为" in problems(b"not a file", "briefing")[0]
    assert "另存为" in problems(with_part(b"", "a.txt", b"x"), "briefing")[0]
    assert "另存为" in problems(whole[: len(whole) // 2], "briefing")[0]
    assert "2MB" in problems(whole + b"0" * MOST_BYTES, "briefing")[0]
    assert "太大" in problems(with_part(whole, "word/big.xml", b"0" * (31 * 1024 * 1024)), "briefing")[0]
    assert "宏" in problems(with_part(whole, "word/vbaProject.bin", b"x"), "briefing")[0]
    outside = b'<Relationships><Relationship Id="r9" TargetMode="External" Type="x/attachedTemplate"/></Relationships>'
    assert "别处" in problems(with_part(whole, "word/_rels/settings.xml.rels", outside), "briefing")[0]


def test_a_word_for_whole_paragraphs_stands_alone():
    book = Document(BytesIO(shipped("briefing")))
    next(line for line in book.paragraphs if "正文" in line.text).add_run("其他文字")
    out = BytesIO()
    book.save(out)
    assert "{{正文}}应单独占一段" in problems(out.getvalue(), "briefing")[0]


def test_a_template_is_no_program(cast, sign_in):
    """What looks like one is text, in the template and in the paper."""
    trick = "{{ ''.__class__.__mro__ }}{% for x in y %}"
    assert upload(sign_in(Role.OFFICE), town_template(add=trick)).status_code == 303
    assert first_line(issued(cast)) == trick


def test_other_files_and_styles_are_refused(cast, sign_in):
    client = sign_in(Role.OFFICE)
    assert "另存为" in upload(client, town_template(), "模板.doc").content.decode()
    assert "请选择式样" in upload(client, town_template(), style="other").content.decode()
    assert client.get(reverse("template_current") + "?style=other").status_code == 404


@pytest.mark.parametrize("style", ["briefing", "official", "plain"])
def test_the_sample_shows_every_style(cast, sign_in, style):
    client = sign_in(Role.COMMITTEE)
    sheet = client.get(reverse("paper_sample") + f"?style={style}").content.decode()
    assert "代拟稿，未签发" in sheet
    assert "示例39村联村工作组" in sheet
    file = client.get(reverse("paper_sample") + f"?style={style}&format=docx").content
    assert "示例39村联村工作组" in "".join(
        text_of(line) for line in Document(BytesIO(file)).element.body.iter(qn("w:p"))
    )


def test_only_the_office_changes_them(cast, sign_in):
    for role, seen in ((Role.COMMITTEE, 200), (Role.MEMBER, 403)):
        client = sign_in(role)
        assert client.get(reverse("paper_settings")).status_code == seen
        assert client.post(reverse("paper_settings_edit"), SETTINGS).status_code == 403
        assert upload(client, town_template()).status_code == 403
    assert not DocumentTemplate.objects.exists()
