"""账号: accounts opened from a list, without a password until their slips are printed.

A first password stands in no workbook and on no page that can be opened again: an account comes in without a
usable one, and the slips that give it one are made on the batch's own page (`account_slips`).
Stands on the roof, because an account is somebody's of the register.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from lianzhen import phones
from lianzhen.account_book import people_without_account
from lianzhen.accounts import actions
from lianzhen.accounts.models import RoleGrant, User
from lianzhen.accounts.roles import GRANTED, SOLITARY, Role
from lianzhen.importing import cells
from lianzhen.importing.kinds import Column, Kind, Plan, differences, register, unsound
from lianzhen.trail import acting
from lianzhen.trail.gathering import Gathering, Step
from villages.actions.people import link_account
from villages.models import Person

ROLES = {role.label: role for role in GRANTED}


@dataclass(frozen=True)
class _Opening:
    """An account to be opened."""

    username: str
    name: str
    phone: str
    person: Person | None
    role: Role | None
    reason: str


class _Book:
    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.by_username: dict[str, User] = {}
        self.by_phone: dict[str, User] = {}
        self.by_name: dict[str, list[User]] = defaultdict(list)
        for user in User.objects.select_related("person__village", "person__department"):
            self.enter(user)
        self.granted = set(RoleGrant.objects.on(self.today).values_list("user", "role"))
        self.people: dict[str, list[Person]] = defaultdict(list)
        waiting = people_without_account(self.today).select_related("village", "department")
        for person in waiting:
            self.people[person.name].append(person)

    def enter(self, user: User) -> None:
        self.by_username[user.username] = user
        self.by_name[user.name].append(user)
        if user.phone:
            self.by_phone[user.phone] = user

    def leave(self, user: User) -> None:
        self.by_username.pop(user.username)
        self.by_name[user.name].remove(user)
        if user.phone:
            self.by_phone.pop(user.phone)

    def free_username(self, name: str) -> str:
        return actions.free_username(name, self.by_username)


class Accounts(Kind):
    key = "accounts"
    title = "账号"
    place = 50
    roles = (Role.SYSADMIN,)
    follow_up = ("打印初始密码单", "import_slips")
    reads = ("accounts.user", "accounts.rolegrant", "villages.person")
    columns = (
        Column("name", "姓名", cells.name(30), ("名字", "使用人", "人员姓名"), required=True),
        Column(
            "username",
            "账号",
            cells.name(30),
            ("登录名", "用户名", "登录账号"),
            width=16,
            hint="小写字母和数字。不填时用姓名的拼音；已有的账号凭它找到。",
        ),
        Column(
            "phone",
            "手机号",
            cells.phone,
            ("手机", "手机号码", "电话", "联系电话"),
            width=16,
            hint="可用来登录。台账里的人按台账，不用填。",
            is_phone=True,
        ),
        Column(
            "place",
            "村或站所",
            cells.name(40),
            ("单位", "所在单位", "村", "所在村", "站所", "站所（办）", "部门", "工作单位"),
            width=16,
            hint="台账里有同名的人时，用来分清是哪一个。",
        ),
        Column("role", "授予角色", cells.choice(ROLES), ("拟授予角色",), width=18, hint="随任职产生的角色不用授予。"),
        Column(
            "reason",
            "开通依据",
            cells.words(200),
            ("依据", "申请依据", "申请单"),
            width=26,
            hint="新开的账号必填，例如联村办2026年第3号账号申请单。",
        ),
    )
    notes = (
        "镇干部、村干部和网格长按姓名关联到台账里的人员，姓名和手机号以台账为准。",
        "表里不填密码。导入后在批次页面生成初始密码，打印密码单，当面交给本人。",
    )
    samples = (
        {
            "name": "曾示例",
            "place": "示例一村",
            "reason": "联村办2026年第3号账号申请单",
        },
        {
            "name": "单示例",
            "username": "shanshili",
            "phone": "19900001002",
            "role": Role.WINDOW.label,
            "reason": "联村办2026年第3号账号申请单",
        },
    )

    def book(self) -> _Book:
        return _Book()

    def same(self, row: Mapping[str, Any]) -> Hashable | None:
        return row.get("username") or (row["name"], row.get("phone"), row.get("place"))

    def plan(self, row: Mapping[str, Any], book: _Book) -> Plan:
        account = self._known(row, book)
        if account is not None:
            return self._existing(row, account, book)
        opening = self._opening(row, book)
        told = [("新增", "", opening.name)]
        if opening.username:
            told.append(("账号", "", opening.username))
        if opening.person is not None:
            told.append(("台账人员", "", f"{opening.person}（{_place(opening.person)}）"))
        if opening.role is not None:
            told.append(("授予角色", "", opening.role.label))
        return Plan(
            lambda by: self._open(opening, by), told, gather=lambda gathering: self._gather(gathering, opening, book)
        )

    # --- An account that is there ---------------------------------------------------------------------
    def _known(self, row: Mapping[str, Any], book: _Book) -> User | None:
        """Raises `Unsound` in doubt."""
        username = row.get("username", "").lower()
        if username:
            return book.by_username.get(username)
        phone = row.get("phone", "")
        if phone in book.by_phone and book.by_phone[phone].name == row["name"]:
            return book.by_phone[phone]
        alike = [u for u in book.by_name[row["name"]] if u.ended_at is None and self._fits(u, row)]
        if not alike or row.get("_twin") == "other":
            return None
        if len(alike) == 1 and ("place" in row or phone):
            return alike[0]
        names = "、".join(user.username for user in alike)
        choices = [(f"就是{user.username}", "username", user.username) for user in alike[:3]]
        choices.append(("另一个人，新开", "_twin", "other"))
        raise unsound("username", f"已有{row['name']}的账号（{names}）。是同一个人吗？", *choices)

    def _fits(self, user: User, row: Mapping[str, Any]) -> bool:
        phone, place = row.get("phone", ""), row.get("place")
        if phone and user.phone and phone not in (user.phone, phones.mask(user.phone)):
            return False
        person = getattr(user, "person", None)
        return place is None or (person is not None and place in _places(person))

    def _existing(self, row: Mapping[str, Any], account: User, book: _Book) -> Plan:
        if "role" in row and (account.pk, row["role"]) not in book.granted:
            raise unsound("role", f"{account}已有账号，请在账号页面授予角色，或把这一格清空。")
        wanted = {"name": row["name"]}
        if "phone" in row and not self._masks(row["phone"], account):
            wanted["phone"] = row["phone"]
        facts, told = differences(account, wanted)
        told = [(t, phones.mask(a) if t == "手机号" else a, phones.mask(b) if t == "手机号" else b) for t, a, b in told]
        if not facts:
            return Plan(lambda by: None, [], account, gather=lambda gathering: None)
        if account.ended_at is not None:
            raise unsound("username", f"{account}的账号已停用，不能再改。")
        if getattr(account, "person", None) is not None:
            key = "name" if "name" in facts else "phone"
            raise unsound(key, f"{account}的姓名和手机号随台账里的人员，请由联村工作办在人员页修改。")

        def write(by: User | None) -> None:
            values = {"name": account.name, "phone": account.phone or "", "username": account.username, **facts}
            actions.change_account(user=account, by=by, **values)

        def gather(gathering: Gathering) -> None:
            book.leave(account)
            gathering.take_back_with(lambda: book.enter(account))
            with gathering.changing(account, Step("account.change", "修改账号")):
                account.name, account.phone = facts.get("name", account.name), facts.get("phone", account.phone)
                self._refuse_taken(account.username, account.phone, book)
            book.enter(account)
            gathering.take_back_with(lambda: book.leave(account))

        return Plan(write, told, account, gather=gather)

    def _masks(self, phone: str, account: User) -> bool:
        if not isinstance(phone, cells.MaskedPhone):
            return False
        if phone != phones.mask(account.phone or ""):
            raise unsound("phone", f"{phone}中间四位没有显示，不能登记。请填写完整的11位号码，或把这一格清空。")
        return True

    # --- A new one --------------------------------------------------------------------------------------
    def _opening(self, row: Mapping[str, Any], book: _Book) -> _Opening:
        if "reason" not in row:
            raise unsound("reason", "新开账号请填写开通依据。")
        role = row.get("role")
        person = None if role in SOLITARY else self._person(row, book)
        phone = row.get("phone", "")
        if person is not None:
            if phone and phone not in (person.phone, phones.mask(person.phone)):
                raise unsound(
                    "phone",
                    f"台账里{person}的号码是{person.masked_phone or '空的'}，与表中不同。"
                    "换了号码的，请先由联村工作办在人员页修改，或把这一格清空。",
                )
            phone = person.phone
        elif isinstance(phone, cells.MaskedPhone):
            raise unsound("phone", f"{phone}中间四位没有显示，不能登记。请填写完整的11位号码，或把这一格清空。")
        username = row.get("username", "")
        try:
            username = actions.readable_username(username) if username else ""
            self._refuse_taken(username, phone, book)
        except ValidationError as reason:
            key, sentences = next(iter(reason.message_dict.items()))
            raise unsound(key, sentences[0]) from reason
        return _Opening(username, row["name"], phone, person, role, row["reason"])

    def _person(self, row: Mapping[str, Any], book: _Book) -> Person | None:
        """Somebody of the register who may have an account and has none yet."""
        phone, place = row.get("phone", ""), row.get("place")
        found = book.people[row["name"]]
        if place is not None:
            found = [p for p in found if place in _places(p)]
            if not found:
                raise unsound(
                    "place",
                    f"{place}没有可以开通账号的{row['name']}：须是镇干部，或在台账里有任职。不在台账里的，请把这一格清空。",
                )
        if len(found) > 1 and phone:
            found = [p for p in found if phone in (p.phone, phones.mask(p.phone))]
        if len(found) > 1:
            where = "、".join(sorted({_place(p) for p in found}))
            raise unsound("place", f"台账里有{len(found)}个{row['name']}（{where}），请填写村或站所，或手机号。")
        return found[0] if found else None

    def _refuse_taken(self, username: str, phone: str | None, book: _Book) -> None:
        if username and username in book.by_username:
            raise ValidationError({"username": "这个账号已有人使用。"})
        if phone and phone in book.by_phone:
            raise ValidationError({"phone": "这个手机号已用于另一个账号。"})

    def _open(self, opening: _Opening, by: User | None) -> None:
        with acting(by=by, action="account.open", label="开通账号", reason=opening.reason):
            account = actions.add_account(
                username=opening.username,
                name=opening.name,
                phone=opening.phone,
                password=None,
                by=by,
                reason=opening.reason,
            )
            if opening.person is not None:
                link_account(person=opening.person, user=account, by=by)
            if opening.role is not None:
                today = timezone.localdate()
                actions.grant_role(user=account, role=opening.role, starts_on=today, reason=opening.reason, by=by)

    def _gather(self, gathering: Gathering, opening: _Opening, book: _Book) -> None:
        """As `_open`. A new account holds no role that could be mixed, and who it belongs to was looked at."""
        self._refuse_taken(opening.username, opening.phone, book)
        username = opening.username or book.free_username(opening.name)
        account = User(username=username, name=opening.name, phone=opening.phone or None)
        account.set_unusable_password()
        gathering.add(account, Step("account.add", "开通账号", opening.reason))
        book.enter(account)
        gathering.take_back_with(lambda: book.leave(account))
        if opening.person is not None:
            person = opening.person
            with gathering.changing(person, Step("person.account", "关联账号")):
                person.user = account
            book.people[person.name].remove(person)
            gathering.take_back_with(lambda: book.people[person.name].append(person))
        if opening.role is not None:
            by = gathering.by
            grant = RoleGrant(
                user=account, role=opening.role, starts_on=book.today, reason=opening.reason, granted_by=by
            )
            gathering.add(grant, Step("role.grant", "授予角色", opening.reason))
            gathering.afterwards(lambda: actions.role_granted.send(sender=RoleGrant, grant=grant, by=by))

    def refuse_undo(self, record: Model) -> str:
        if isinstance(record, User) and not record.must_change_password:
            return f"{record}已登录并设置了自己的密码，不能整批撤销，请在账号页面停用。"
        return ""


def _place(person: Person) -> str:
    return str(person.department or person.village)


def _places(person: Person) -> set[str]:
    return {str(place) for place in (person.department, person.village) if place is not None}


def register_kinds() -> None:
    register(Accounts())
