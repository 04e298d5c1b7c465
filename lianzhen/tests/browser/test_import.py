"""Journey 9 (design §15): the office imports a dirty workbook. Nothing is written before it says so, nothing is
lost, and all of it can be taken back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from grids.models import Grid, GridHeadTerm
from lianzhen.accounts.roles import Role
from lianzhen.importing.models import ImportBatch
from lianzhen.importing.tests.books import xlsx
from lianzhen.tests.browser.conftest import DESKTOP, PHONE
from villages.models import Person

PHONES = "19911110001", "19911110002", "19911110003", "19911110004"


def dirty_workbook() -> bytes:
    rows = [
        ["荷叶镇网格长花名册"],
        ["填报单位：联村工作办", None, None, None, None, "2026年3月"],
        ["序号", "村", "网格", "网格长", "手机", "任职时间"],
        [1, "示例二村", "第2网格", "李 明", int(PHONES[0]), "2018.5"],
        [2, None, "第３网格", "王示例", "１９９１１１１０００２", 43221],
        [3, None, "4", "赵示例", "1387382", "2018年5月"],
        [4, "示列二村", "第5网格", "钱示例", PHONES[2], "2018-05-01"],
        [5, "示例二村", "第2网格", "李明", PHONES[0], "2018.5"],
        ["合计", None, None, None, 5, None],
    ]

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:F1")
        sheet.merge_cells("B4:B6")
        sheet.row_dimensions[5].hidden = True

    return xlsx(rows, merge)


def everything() -> tuple[int, ...]:
    return Grid.objects.count(), GridHeadTerm.objects.count(), Person.objects.count()


def sent(page: Page, tmp_path: Path, raw: bytes, name: str = "网格长花名册.xlsx") -> None:
    """From home to the check, by clicks."""
    file = tmp_path / name
    file.write_bytes(raw)
    page.goto("/")
    page.get_by_role("link", name="导入", exact=True).first.click()
    page.get_by_role("link", name="导入表格").first.click()
    page.get_by_role("radio", name="网格与网格长").check()
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def test_the_dirty_workbook(uploads, town, visitor, tmp_path):
    before, raw = everything(), dirty_workbook()
    page = visitor.open(town.users[Role.OFFICE], DESKTOP)
    sent(page, tmp_path, raw)

    # The check: counts are right and the register is as it was.
    expect(page.get_by_role("heading", level=1)).to_contain_text("还没有写入任何数据")
    expect(page.locator(".lead-text")).to_contain_text("可以导入2行（新增2 更新0）")
    expect(page.locator(".lead-text")).to_contain_text("有问题3行")
    expect(page.locator(".lead-text")).to_contain_text("已跳过1行")
    expect(page.get_by_text("表头上面的2行标题或说明已跳过")).to_be_visible()
    expect(page.get_by_text("有1行在表格里是隐藏的，也会导入")).to_be_visible()
    expect(page.get_by_text("手机应为11位数字，现在是7位")).to_be_visible()
    expect(page.get_by_text("与第4行重复")).to_be_visible()
    assert everything() == before

    # The annotated workbook.
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注了问题的工作簿").click()
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    marked = {row[0].value: row[-1].value for row in sheet.iter_rows(min_row=2)}
    assert "现在是7位" in marked[6]
    assert "示例二村" in marked[7]

    # One press and one cell put two rows right; the doubled one is left to wait.
    page.get_by_role("button", name='改为"示例二村"').click()
    expect(page.locator(".lead-text")).to_contain_text("有问题2行")
    page.get_by_label("第6行手机").fill(PHONES[3])
    page.get_by_role("button", name="重新检查").last.click()
    expect(page.locator(".lead-text")).to_contain_text("可以导入4行（新增4 更新0）")
    assert everything() == before

    page.get_by_role("button", name="导入4行，1行存为待处理").click()
    expect(page.locator(".lead-text")).to_contain_text("已导入4行")
    made = Grid.objects.filter(village=town.other).exclude(pk=town.other_grid.pk).order_by("number")
    assert [(g.number, g.head_terms.get().person.name, g.head_terms.get().person.phone) for g in made] == [
        (2, "李明", PHONES[0]),
        (3, "王示例", PHONES[1]),
        (4, "赵示例", PHONES[3]),
        (5, "钱示例", PHONES[2]),
    ]

    # What waits stands on the office's home page.
    page.goto("/")
    page.get_by_role("link", name="导入后待处理的行").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待处理的行")
    expect(page.get_by_text("示例二村已登记李明").or_(page.get_by_text("与第4行重复"))).to_be_visible()

    # The same file again is noticed.
    sent(page, tmp_path, raw)
    expect(page.get_by_text("已导入过")).to_be_visible()

    # And the first is taken back whole.
    first = ImportBatch.objects.order_by("pk").first()
    page.goto(f"/imports/{first.pk}/")
    page.get_by_role("link", name="撤销这批导入").click()
    page.get_by_label("撤销原因").fill("传错了文件")
    page.get_by_role("button", name="撤销这批导入").click()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    assert everything() == before


def test_a_clean_file_is_five_clicks(uploads, town, visitor, tmp_path):
    """Design §9.8: 导入, 导入表格, the kind, 上传并检查, 导入."""
    page = visitor.open(town.users[Role.OFFICE], DESKTOP)
    head = ["村", "网格", "网格长", "手机", "任职时间"]
    sent(page, tmp_path, xlsx([head, ["示例二村", "第2网格", "李明", PHONES[0], "2018-05-01"]]))
    page.get_by_role("button", name="导入1行").click()
    expect(page.locator(".lead-text")).to_contain_text("已导入1行")
    assert Grid.objects.filter(village=town.other, number=2).exists()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_slips_for_imported_accounts(uploads, town, visitor, tmp_path, size):
    page = visitor.open(town.users[Role.SYSADMIN], size)
    file = tmp_path / "账号申请表.xlsx"
    file.write_bytes(
        xlsx([["姓名", "手机号", "开通依据"], *[[f"丁示例{n}", f"1991111000{n}", "申请单"] for n in "12"]])
    )
    page.goto("/imports/new/")
    page.get_by_role("radio", name="账号").check()
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="导入2行").click()
    page.get_by_role("link", name="打印初始密码单").click()
    page.get_by_role("button", name="生成2张密码单").click()
    slips = page.get_by_role("region", name="密码单", exact=False)
    expect(slips).to_have_count(2)
    words = [slip.get_by_text("初始密码").locator("xpath=following-sibling::dd").inner_text() for slip in slips.all()]
    assert len(set(words)) == 2
    page.get_by_role("link", name="已打印，返回").click()
    expect(page.get_by_text("这一批账号都已生成初始密码")).to_be_visible()
    assert words[0].strip() not in page.content()
