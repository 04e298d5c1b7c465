"""From upload to import and back, with the kind 人员; what each kind means stands in its own app's tests."""

import io

import pytest
from openpyxl import load_workbook

from lianzhen.accounts.roles import Role
from lianzhen.importing import workbooks
from lianzhen.importing.kinds import kinds
from lianzhen.importing.matching import match
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.reading import read
from lianzhen.importing.tests.books import row_at, sentences, taken_in, upload, uploaded, xlsx
from lianzhen.trail.models import AuditEntry
from villages.models import Person

HEAD = ["姓名", "村", "手机"]
GOOD = ["陶示例", "示例一村", "19911110001"]
BAD = ["李示例", "示列一村", "1387382"]
State = ImportBatch.State


@pytest.fixture
def office(sign_in):
    return sign_in(Role.OFFICE)


# --- Clean file -------------------------------------------------------------------------------------
def test_a_clean_file_is_matched_checked_and_imported(office):
    raw = xlsx(
        [
            ["荷叶镇人员名册"],
            ["序号", "姓 名", "所在村", "联系电话"],
            [1, "陶 示例", "示例一村", 19911110001],
            ["合计", 1],
        ]
    )
    batch = uploaded(office, "people", raw)
    assert (batch.state, batch.header_line) == (State.CHECKED, 2)
    assert row_at(batch, 3).outcome == "new"
    assert row_at(batch, 4).note == "合计"
    assert not Person.objects.filter(name="陶示例").exists()  # nothing is written before 导入
    batch = taken_in(office, batch)
    assert batch.state == State.IMPORTED
    person = Person.objects.get(name="陶示例")
    assert (person.phone, person.village.name) == ("19911110001", "示例一村")
    assert office.get(f"/imports/{batch.pk}/result/").status_code == 200


def test_the_trail_tells_of_the_import_in_one_batch(office, cast):
    batch = taken_in(office, uploaded(office, "people", xlsx([HEAD, GOOD])))
    entry = AuditEntry.objects.about(batch).get(action="import.run")
    assert entry.by == cast.users[Role.OFFICE]
    assert AuditEntry.objects.filter(batch=entry.batch, action="person.add", object_label="陶示例").exists()


def test_gbk_csv(office):
    taken_in(office, uploaded(office, "people", "姓名,村\r\n陶示例,示例一村\r\n".encode("gbk"), "人员.csv"))
    assert Person.objects.filter(name="陶示例").exists()


def test_hidden_rows_go_in_and_the_page_says_so(office):
    def hide(sheet):
        sheet.row_dimensions[2].hidden = True

    batch = uploaded(office, "people", xlsx([HEAD, GOOD], hide))
    assert "有1行在表格里是隐藏的，也会导入" in office.get(f"/imports/{batch.pk}/check/").content.decode()
    assert row_at(taken_in(office, batch), 2).outcome == "done"


def test_text_that_looks_like_a_formula_stays_text(office):
    raw = xlsx(
        [[*HEAD, "备注"], [*GOOD, "x"]],
        lambda s: setattr(s["D2"], "value", "=cmd|' /C calc'!A0") or setattr(s["D2"], "data_type", "s"),
    )
    batch = taken_in(office, uploaded(office, "people", raw))
    assert Person.objects.get(name="陶示例").note == "=cmd|' /C calc'!A0"
    given = load_workbook(io.BytesIO(office.get(f"/imports/{batch.pk}/annotated/").content)).active
    assert all(cell.data_type != "f" for line in given.iter_rows() for cell in line)


# --- Sheets and columns -------------------------------------------------------------------------------
def test_several_sheets_are_asked_about(office):
    raw = xlsx([["说明"], ["无"]], more={"名单": [HEAD, GOOD]})
    batch = uploaded(office, "people", raw)
    assert batch.state == State.UPLOADED
    assert "请选择一张" in office.get(f"/imports/{batch.pk}/map/").content.decode()
    office.post(f"/imports/{batch.pk}/map/", {"do": "sheet", "sheet": "名单"})
    batch.refresh_from_db()
    assert batch.matched == {"name": 0, "place": 1, "phone": 2}
    office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "col_place": "1", "col_phone": "2"})
    assert row_at(batch, 2).outcome == "new"


def test_columns_are_corrected_by_hand_and_one_text_fills_a_missing_one(office):
    batch = uploaded(office, "people", xlsx([["甲", "乙"], ["陶示例", "19911110001"]]))
    assert batch.state == State.UPLOADED
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0"})
    assert page.status_code == 422
    assert "还没有对应村或站所" in page.content.decode()
    office.post(
        f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "col_phone": "1", "fix_place": "示例一村"}
    )
    taken_in(office, batch)
    assert Person.objects.get(name="陶示例").village.name == "示例一村"


def test_one_column_is_not_two_things(office):
    batch = uploaded(office, "people", xlsx([["甲"], ["陶示例"]]))
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "col_place": "0"})
    assert page.status_code == 422
    assert "同一列不能对应两项" in page.content.decode()


def test_the_wrong_kind_is_noticed(office):
    batch = uploaded(
        office, "villages", xlsx([["姓名", "村民小组", "党员小组", "性别"], ["陶示例", "第1组", "", "男"]])
    )
    assert "表头更像“人员”" in office.get(f"/imports/{batch.pk}/map/").content.decode()


def test_doubled_headers_are_asked_about(office):
    batch = uploaded(office, "people", xlsx([["姓名", "村", "手机", "手机"], [*GOOD, "19911110002"]]))
    assert batch.state == State.UPLOADED
    assert "同名的列" in office.get(f"/imports/{batch.pk}/map/").content.decode()


def test_a_csv_of_one_line(office):
    batch = uploaded(office, "people", "姓名,村\n".encode(), "a.csv")
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "col_place": "1"})
    assert page.status_code == 422
    assert "表头下面没有数据" in page.content.decode()


# --- Bad files ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "name"),
    [(b"rubbish" * 100, "a.xlsx"), (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "a.et"), (b"PK\x03\x04zzz", "a.xlsx")],
)
def test_a_file_that_cannot_be_read_is_a_sentence_and_leaves_nothing(office, raw, name, settings, tmp_path):
    page = upload(office, "people", raw, name)
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
    assert not ImportBatch.objects.exists()
    assert not (tmp_path / "imports").exists() or not list((tmp_path / "imports").iterdir())


def test_no_file_and_no_kind(office):
    page = office.post("/imports/new/", {})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"kind", "file"}


def test_uploads_are_served_to_nobody(office, tmp_path):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD]))
    assert (tmp_path / "imports" / batch.stored_as).exists()
    for address in (f"/media/imports/{batch.stored_as}", f"/imports/{batch.stored_as}", f"/static/{batch.stored_as}"):
        assert office.get(address).status_code == 404


# --- Problems ---------------------------------------------------------------------------------------------
def test_every_problem_is_told_with_a_suggestion(office):
    batch = uploaded(office, "people", xlsx([HEAD, BAD, ["王示例", "示列二村", ""], ["", "示例一村", ""]]))
    assert sentences(batch, 2) == ["手机应为11位数字，现在是7位。"]
    assert sentences(batch, 3) == ['没有"示列二村"。是不是"示例二村"？']
    assert sentences(batch, 4) == ["请填写姓名。"]
    page = office.get(f"/imports/{batch.pk}/check/").content.decode()
    assert "改为&quot;示例二村&quot;" in page
    assert f'name="cell-{row_at(batch, 2).pk}-phone"' in page


def test_a_problem_is_corrected_in_place(office):
    batch = uploaded(office, "people", xlsx([HEAD, BAD]))
    row = row_at(batch, 2)
    url = f"/imports/{batch.pk}/check/"
    office.post(url, {f"cell-{row.pk}-phone": "19911110009", "do": "check"})
    assert sentences(batch, 2) == ['没有"示列一村"。是不是"示例一村"？']
    office.post(url, {"choose": f"{row.pk}|place|示例一村"})
    assert row_at(batch, 2).outcome == "new"
    assert row_at(batch, 2).raw == BAD  # what stood in the file stays
    taken_in(office, batch)
    assert Person.objects.get(name="李示例").phone == "19911110009"


def test_sound_rows_go_in_and_the_others_wait(office):
    batch = taken_in(office, uploaded(office, "people", xlsx([HEAD, GOOD, BAD])))
    assert batch.state == State.PARTIAL
    assert Person.objects.filter(name="陶示例").exists()
    assert not Person.objects.filter(name="李示例").exists()
    home = office.get("/").content.decode()
    assert "导入后待处理的行" in home
    assert f"/imports/{batch.pk}/pending/" in home
    row = row_at(batch, 3)
    url = f"/imports/{batch.pk}/pending/"
    cells = {f"cell-{row.pk}-phone": "19911110009", f"cell-{row.pk}-place": "示例一村"}
    assert office.post(url, {**cells, "do": "check"})["Location"] == url
    office.post(url, {"do": "import"})
    batch.refresh_from_db()
    assert batch.state == State.IMPORTED
    assert Person.objects.filter(name="李示例").exists()
    assert "导入后待处理的行" not in office.get("/").content.decode()


def test_waiting_rows_can_be_given_up(office):
    batch = taken_in(office, uploaded(office, "people", xlsx([HEAD, GOOD, BAD])))
    office.post(f"/imports/{batch.pk}/pending/", {"do": "drop"})
    batch.refresh_from_db()
    assert (batch.state, row_at(batch, 3).outcome) == (State.IMPORTED, "dropped")


def test_rows_that_say_the_same_twice(office):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD, GOOD]))
    assert sentences(batch, 3) == ["与第2行重复。"]
    row = row_at(batch, 3)
    office.post(f"/imports/{batch.pk}/check/", {"choose": f"{row.pk}|_keep_this|2"})
    assert (row_at(batch, 2).outcome, row_at(batch, 3).outcome) == ("dropped", "new")


def test_the_workbook_with_problems_marked(office):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD, BAD]))
    answer = office.get(f"/imports/{batch.pk}/annotated/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0] == ["原表行号", "姓名", "手机号", "村或站所", "结果", "问题和改法"]
    assert lines[2][:2] == [3, "李示例"]
    assert "11位数字" in lines[2][5]
    assert sheet["C3"].comment.text


def test_corrected_in_the_marked_workbook_and_uploaded_again(office):
    batch = taken_in(office, uploaded(office, "people", xlsx([HEAD, GOOD])))
    again = uploaded(office, "people", office.get(f"/imports/{batch.pk}/annotated/").content, "再传.xlsx")
    assert row_at(again, 2).outcome == "same"


# --- The same again ------------------------------------------------------------------------------------------
def test_the_same_file_twice_is_noticed_and_changes_nothing(office):
    raw = xlsx([HEAD, GOOD])
    taken_in(office, uploaded(office, "people", raw))
    again = uploaded(office, "people", raw)
    page = office.get(f"/imports/{again.pk}/check/").content.decode()
    assert "已导入过" in page
    assert "与平台里的内容完全一致，没有要改的" in page
    assert row_at(again, 2).outcome == "same"
    assert office.post(f"/imports/{again.pk}/check/", {"do": "import"}).status_code == 422
    assert Person.objects.filter(name="陶示例").count() == 1


def test_pressing_import_twice_imports_once(office):
    batch = uploaded(office, "people", xlsx([HEAD, GOOD]))
    taken_in(office, batch)
    answer = office.post(f"/imports/{batch.pk}/check/", {"do": "import"})
    assert answer["Location"] == f"/imports/{batch.pk}/result/"
    assert Person.objects.filter(name="陶示例").count() == 1


def test_two_people_importing_the_same_list_make_nobody_twice(office):
    first, second = (uploaded(office, "people", xlsx([HEAD, GOOD])) for _ in range(2))
    taken_in(office, first)
    taken_in(office, second)
    assert Person.objects.filter(name="陶示例").count() == 1


def test_a_record_changed_after_the_check_waits(office, cast):
    raw = xlsx([[*HEAD, "职务"], ["曾示例", "示例一村", "19900001001", "会计"]])
    batch = uploaded(office, "people", raw)
    assert row_at(batch, 2).outcome == "changed"
    from villages.actions.people import change_person

    change_person(person=cast.resident, by=cast.users[Role.OFFICE], job_title="出纳")
    taken_in(office, batch)
    assert "又有改动" in sentences(batch, 2)[0]
    cast.resident.refresh_from_db()
    assert cast.resident.job_title == "出纳"


# --- Templates -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.key)
def test_template_and_sample_come_from_the_definition(kind):
    assert kind.samples
    for raw in (workbooks.template(kind), workbooks.sample(kind)):
        (sheet,) = read(raw, "模板.xlsx")
        found = match(kind, sheet.lines)
        assert list(found.columns) == [column.key for column in kind.columns]
    for line, given in zip(sheet.lines[1:], kind.samples, strict=True):
        for column in kind.columns:
            place = found.columns[column.key]
            text = line.cells[place] if place < len(line.cells) else ""
            assert text == given.get(column.key, "")
            assert not text or column.parse(text, column.title) is not None


def test_templates_download(office):
    answer = office.get("/imports/templates/people/?sample=1")
    assert load_workbook(io.BytesIO(answer.content)).sheetnames == ["人员", "填写说明"]
    assert office.get("/imports/templates/nothing/").status_code == 404


# --- Who ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.LEADER, Role.CADRE, Role.COMMITTEE, Role.AUDITOR, Role.WINDOW])
def test_others_may_not(sign_in, role):
    assert sign_in(role).get("/imports/").status_code == 403


def test_an_empty_list_says_what_belongs_here(office):
    assert "还没有导入过" in office.get("/imports/").content.decode()


def test_pages_ask_few_questions_however_many_rows(office, django_assert_max_num_queries):
    rows = [[f"陶{n}", "示例一村", ""] for n in range(95)]
    batch = uploaded(office, "people", xlsx([HEAD, *rows, BAD]))
    for page in ("", "check/", "annotated/"):
        with django_assert_max_num_queries(15):
            assert office.get(f"/imports/{batch.pk}/{page}").status_code == 200
    batch = taken_in(office, batch)
    for page in ("result/", "pending/"):
        with django_assert_max_num_queries(15):
            assert office.get(f"/imports/{batch.pk}/{page}").status_code == 200


def test_pages_of_a_step_lead_to_where_the_batch_stands(office):
    batch = taken_in(office, uploaded(office, "people", xlsx([HEAD, GOOD])))
    for page in ("map", "check", "pending"):
        assert office.get(f"/imports/{batch.pk}/{page}/")["Location"] == f"/imports/{batch.pk}/result/"


def test_a_file_gone_from_the_server_is_a_sentence(office, tmp_path):
    batch = uploaded(office, "people", xlsx([["甲"], ["陶示例"]]))
    (tmp_path / "imports" / batch.stored_as).unlink()
    assert office.get(f"/imports/{batch.pk}/map/").status_code == 200
    page = office.post(f"/imports/{batch.pk}/map/", {"do": "columns", "col_name": "0", "fix_place": "示例一村"})
    assert page.status_code == 422
    assert "请重新上传" in page.content.decode()
