"""What waits on a phone: whose it is, how it is seen, what happens to it when something is wrong with it, and what
the phone keeps beside it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from appraisal.models import DutyAttendance, DutyLog, DutyNote, DutyPhoto, SyncItem
from lianzhen.accounts.roles import Role
from lianzhen.pages.photos import default_storage
from lianzhen.tests.browser.conftest import DESKTOP, sign_in
from lianzhen.tests.browser.duty_phones import (
    KEPT_PAGES,
    NOW,
    STORED,
    THU,
    badge,
    enter_offline,
    phone_of,
    ready,
    records,
    save,
    tap_home_button,
    thursday,
)
from lianzhen.tests.browser.test_session_end import end_every_session

__all__ = ["thursday"]
FRI, WED = date(2026, 11, 27), date(2026, 11, 25)


@pytest.fixture
def phone(thursday, visitor) -> Page:
    page = phone_of(visitor, thursday.users[Role.LEADER])
    ready(page)
    return page


def online(page: Page) -> None:
    page.context.set_offline(False)


def sign_out_on_phone(page: Page) -> None:
    page.goto("/more/")
    page.get_by_role("main").get_by_role("button", name="退出登录").tap()


# --- Whose it is ------------------------------------------------------------------------------------
def test_an_ended_session_loses_nothing_and_says_so_at_the_door(phone):
    enter_offline(phone)
    phone.watch.allow(401)
    end_every_session()
    online(phone)
    expect(badge(phone)).to_have_text("1")
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("登录")
    expect(phone.get_by_text("登录后自动上传1条。")).to_be_visible()
    sign_in(phone, "t_leader")
    expect(phone.get_by_role("status").filter(has_text="已上传1条")).to_be_visible()
    expect(badge(phone)).to_have_text("0")
    assert records() == (1, 1)


def test_a_form_saved_after_the_end_of_the_session_waits_too(thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER])
    phone.watch.allow(401)
    phone.goto("/duty/new/")
    end_every_session()
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="登录已过期，已存在本机，登录后自动上传。")).to_be_visible()
    assert records() == (0, 0)
    phone.get_by_role("link", name="返回首页").tap()
    sign_in(phone, "t_leader")
    for _ in range(50):  # the badge says 0 until the script has looked
        if records() != (0, 0):
            break
        phone.wait_for_timeout(200)
    assert records() == (1, 1)
    expect(badge(phone)).to_have_text("0")


def test_signing_out_warns_and_another_account_does_not_send_it(phone):
    enter_offline(phone)
    # The line is cut just where it hurts: what is sent does not arrive, pages do.
    phone.route("**/sync/items/", lambda route: route.abort())
    online(phone)
    sign_out_on_phone(phone)
    warning = phone.get_by_role("dialog", name="还有1条没有上传")
    expect(warning).to_contain_text("退出后仍存在本机，用本账号登录后自动上传。")
    warning.get_by_role("button", name="先不退出").tap()
    expect(warning).to_have_count(0)
    sign_out_on_phone(phone)
    warning.get_by_role("button", name="退出登录").tap()
    expect(phone.get_by_text("已退出登录。")).to_be_visible()
    assert phone.evaluate(KEPT_PAGES) == 0
    phone.unroute("**/sync/items/")

    sign_in(phone, "t_member")
    expect(badge(phone)).to_have_text("0")
    phone.goto("/sync/")
    expect(phone.get_by_text("本机还有1条由其他账号登记，请用登记时的账号登录后上传。")).to_be_visible()
    assert (records(), SyncItem.objects.count()) == ((0, 0), 0)
    sign_out_on_phone(phone)
    sign_in(phone, "t_leader")
    expect(phone.get_by_role("status").filter(has_text="已上传1条")).to_be_visible()
    assert DutyAttendance.objects.get(log__day=THU).created_by.username == "t_leader"


# --- Something is wrong with it -----------------------------------------------------------------------
def test_a_wrong_clock_is_asked_about_and_put_right(phone):
    phone.context.clock.set_system_time(NOW + timedelta(days=2))
    phone.context.set_offline(True)
    tap_home_button(phone)
    phone.get_by_label("补充说明").fill("走访三户")
    save(phone)
    expect(phone.get_by_role("status").filter(has_text=STORED)).to_be_visible()
    online(phone)
    expect(phone.get_by_text("有1条没有上传成功：手机日期似乎不对，请确认驻村日期。")).to_be_visible()
    assert records() == (0, 0)

    phone.goto("/sync/")
    item = phone.get_by_role("listitem").filter(has_text="需处理")
    expect(item).to_contain_text("示例一村 11月28日")
    item.get_by_role("link", name="查看并修改").tap()
    expect(phone.get_by_role("alert").filter(has_text="请确认驻村日期")).to_be_focused()
    expect(phone.get_by_label("补充说明")).to_have_value("走访三户")
    phone.get_by_label("驻村日期").fill(THU.isoformat())
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()
    expect(badge(phone)).to_have_text("0")
    assert (records(), DutyNote.objects.get().text) == ((1, 1), "走访三户")


def test_a_day_without_its_reason_becomes_a_day_made_up(phone):
    phone.context.set_offline(True)
    phone.goto(f"/duty/new/?day={WED}")
    expect(phone.get_by_text("2026年11月25日（星期三）")).to_be_visible()
    save(phone)
    expect(phone.get_by_role("status").filter(has_text=STORED)).to_be_visible()
    online(phone)
    expect(badge(phone)).to_have_text("1")
    expect(phone.get_by_text("有1条没有上传成功：")).to_be_visible()
    phone.goto("/sync/")
    item = phone.get_by_role("listitem").filter(has_text="需处理")
    item.get_by_role("button", name="导出文字").tap()
    told = item.get_by_role("textbox", name="登记的文字")
    assert "驻村日期：2026-11-25" in told.input_value()
    assert phone.evaluate("getSelection().toString() || document.activeElement.value").startswith("驻村登记")
    item.get_by_role("link", name="改为补登申请").tap()
    expect(phone.get_by_label("补登原因")).to_be_focused()
    phone.get_by_label("补登原因").fill("没有信号")
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月25日驻村。")).to_be_visible()
    assert DutyLog.objects.get(day=WED).late_reason == "没有信号"
    expect(badge(phone)).to_have_text("0")


def test_only_a_person_takes_an_entry_out_of_the_queue(phone):
    phone.context.set_offline(True)
    phone.goto(f"/duty/new/?day={WED}")
    save(phone)
    expect(badge(phone)).to_have_text("1")
    online(phone)
    phone.goto("/sync/")
    item = phone.get_by_role("listitem").filter(has_text="需处理")
    expect(item).to_be_visible()
    expect(phone.get_by_role("button", name="立即上传")).to_be_hidden()
    phone.reload()
    item.get_by_role("button", name="不再上传").tap()
    dialog = phone.get_by_role("dialog", name="不再上传这一条")
    dialog.get_by_role("button", name="先不删除").tap()
    expect(item).to_be_visible()
    item.get_by_role("button", name="不再上传").tap()
    dialog.get_by_role("button", name="不再上传").tap()
    expect(phone.get_by_text("全部已上传。")).to_be_visible()
    expect(badge(phone)).to_have_text("0")


def test_a_mistake_is_told_in_the_open_form(thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER])
    phone.goto("/duty/new/")
    phone.get_by_label("补充说明").fill("走访三户")
    phone.get_by_text("更改日期、村或补登").tap()
    phone.get_by_label("驻村日期").fill(WED.isoformat())
    save(phone)
    told = phone.get_by_role("alert").filter(has_text="有1处需要修改")
    expect(told).to_be_focused()
    told.get_by_role("link").tap()
    expect(phone.get_by_label("补登原因")).to_be_focused()
    expect(phone.get_by_label("补充说明")).to_have_value("走访三户")
    expect(badge(phone)).to_have_text("0")
    phone.get_by_label("补登原因").fill("没有信号")
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月25日驻村。")).to_be_visible()


# --- Days -----------------------------------------------------------------------------------------
def test_a_form_kept_yesterday_enters_today(phone):
    phone.context.set_offline(True)
    phone.context.clock.set_system_time(NOW + timedelta(days=1))
    tap_home_button(phone)
    expect(phone.get_by_text("2026年11月27日（星期五） 今天")).to_be_visible()
    save(phone)
    expect(phone.get_by_text("示例一村 11月27日")).to_be_visible()


def test_a_form_left_open_over_night_enters_today(thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER])
    phone.goto("/duty/new/")
    expect(phone.get_by_text("（星期四） 今天")).to_be_visible()
    phone.context.set_offline(True)
    phone.context.clock.set_system_time(NOW + timedelta(days=1))
    save(phone)
    expect(phone.get_by_text("示例一村 11月27日")).to_be_visible()


def test_what_waits_longer_than_two_days_stands_in_red(phone):
    enter_offline(phone)
    red = phone.locator("[data-overdue]")
    phone.goto("/")
    expect(phone.get_by_text("今天的登记已存在本机，联网后自动上传。")).to_be_visible()
    expect(red).to_be_hidden()
    phone.context.clock.set_system_time(NOW + timedelta(hours=49))
    phone.goto("/")
    expect(red).to_contain_text("还有1条未上传，最早的是11月26日 14:00登记的。")
    end_every_session()
    phone.watch.allow(401)
    online(phone)
    phone.goto("/login/")
    expect(red).to_contain_text("还有1条未上传")


# --- Photos ---------------------------------------------------------------------------------------
def test_a_photo_is_made_small_on_the_phone_and_says_nothing_of_the_place(phone, tmp_path):
    picture = tmp_path / "village.jpg"
    noise = Image.effect_noise((3000, 2200), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "示例手机"
    exif[0x0112] = 6  # held upright: to be turned by a quarter
    noise.save(picture, "JPEG", quality=95, exif=exif)
    assert picture.stat().st_size > 2_000_000

    phone.context.set_offline(True)
    tap_home_button(phone)
    phone.get_by_label("照片").set_input_files(picture)
    expect(phone.get_by_text("照片已缩小为")).to_be_visible()
    save(phone)
    expect(phone.get_by_role("status").filter(has_text=STORED)).to_be_visible()
    sent: list[int] = []
    phone.on("request", lambda r: sent.append(len(r.post_data or "")) if r.url.endswith("/sync/items/") else None)
    online(phone)
    expect(badge(phone)).to_have_text("0")
    assert 30_000 < sent[0] < 300 * 1024 * 4 / 3 + 2_000
    photo = DutyPhoto.objects.get()
    assert photo.height > photo.width  # turned as it was held
    assert max(photo.height, photo.width) <= 1600
    with default_storage.open(photo.stored_as) as file, Image.open(file) as kept:
        assert not kept.getexif()


def test_something_else_than_a_picture_is_told(phone, tmp_path):
    other = Path(tmp_path / "words.jpg")
    other.write_text("not a picture")
    phone.goto("/duty/new/")
    phone.get_by_label("照片").set_input_files(other)
    expect(phone.get_by_text("看不清这是什么图片")).to_be_visible()
    save(phone)
    expect(phone.get_by_role("status").filter(has_text="已登记11月26日驻村。")).to_be_visible()


# --- Browsers with less ---------------------------------------------------------------------------
@pytest.mark.parametrize("less", ["no service worker", "nor IndexedDB"])
def test_an_open_page_keeps_entries_in_a_lesser_browser(less, thursday, visitor):
    phone = phone_of(visitor, thursday.users[Role.LEADER], service_workers="block")
    if less == "nor IndexedDB":
        phone.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    phone.goto("/duty/new/")
    phone.context.set_offline(True)
    save(phone)
    expect(phone.get_by_role("status").filter(has_text=STORED)).to_be_visible()
    expect(badge(phone)).to_have_text("1")
    online(phone)
    expect(badge(phone)).to_have_text("0")
    assert records() == (1, 1)


# --- What the phone keeps -------------------------------------------------------------------------
#: Addresses under which the phone keeps something, the shell's files aside.
ADDRESSES = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url.replace(location.origin, ""));
  }
  return found.filter((path) => !path.startsWith("/static/"));
}"""


def test_nothing_but_the_own_home_the_form_and_the_queue_is_kept(phone, thursday):
    for address in ("/people/", f"/villages/{thursday.own.pk}/", "/duty/me/", "/grids/"):
        phone.goto(address)
    team = thursday.team.pk
    kept = ["/", "/duty/new/", f"/duty/new/?team={team}", "/offline/", "/owner", "/sync/"]
    assert sorted(phone.evaluate(ADDRESSES)) == kept
    # A page that is not kept says so, and where to go on.
    phone.context.set_offline(True)
    phone.goto("/people/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("这一页需要网络")
    phone.get_by_role("link", name="登记驻村").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("登记驻村")


def test_who_enters_no_duty_keeps_nothing(thursday, visitor):
    office = visitor.open(thursday.users[Role.OFFICE], DESKTOP)
    office.goto("/")
    office.wait_for_load_state("networkidle")
    assert office.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0


def test_somebody_else_on_the_same_phone_finds_nothing_of_the_first(phone, visitor, thursday):
    """The leader's session ended without signing out; the office signs in on his phone."""
    phone.context.clear_cookies()
    phone.context.add_cookies([visitor.cookie(thursday.users[Role.OFFICE])])
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("联村办")
    for _ in range(50):
        if sorted(phone.evaluate(ADDRESSES)) == ["/offline/", "/owner"]:
            break
        phone.wait_for_timeout(100)
    assert sorted(phone.evaluate(ADDRESSES)) == ["/offline/", "/owner"]
