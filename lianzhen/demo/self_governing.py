"""村为主自治 in the demo town: villages that applied, were judged and agreed to, their budgets, a year that was
assessed, and one application under way. Everybody and everything said is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from appraisal.actions import selfgov_years as years
from appraisal.models import SelfGovYear
from lianzhen.accounts import actions as accounts
from lianzhen.accounts.models import User
from lianzhen.accounts.roles import Role
from lianzhen.demo.accounts import username_of
from lianzhen.demo.clock import Clock
from lianzhen.demo.plan import Scale
from lianzhen.periods import Month
from villages.actions import people, work_budgets
from villages.actions import selfgov_applications as applications
from villages.models import CadreTerm, Person, Posting, SelfGovApplication, Village, WorkBudget

ANSWERS = (
    "支部和村委会成员齐全，分片包组，去年承办的镇里工作都按期完成。",
    "每季度首月公开村务和财务，公开栏有照片存档，没有新增债务。",
    "网格长全部到位，党员小组和理事会每季度开一次会，有记录。",
    "去年的邻里纠纷都在村里调解好了，没有发生安全事故。",
    "村规民约经村民代表会议通过，环境卫生分组包干，每月评比。",
)
USES = (
    ("主干道沟渠清理人工费", "3600.00"),
    ("村规民约宣传栏制作", "1850.50"),
    ("垃圾分类桶更换", "4200.00"),
    ("重阳节慰问高龄老人", "2680.00"),
)
GROUND = "镇党委会议研究同意（示例）"


class SelfGoverning:
    """`govern` each village after the districts have their accounts, then `live`. `staff` makes a member of the
    town's staff."""

    def __init__(self, scale: Scale, clock: Clock, staff: Callable[..., Person], clerk: User, lead: User) -> None:
        self.scale, self.clock, self.staff, self.clerk, self.lead = scale, clock, staff, clerk, lead
        self.committee = User.objects.get(username=username_of(Role.COMMITTEE))
        self.random = scale.random("self-governing")

    def live(self, governed: list[Village], asking: Village | None) -> None:
        for place, village in enumerate(governed):
            self._spend(village)
            self._assess(village, to_the_end=place == 0)
        if asking is not None and asking not in governed:
            self._ask(asking)

    # --- Applications ---------------------------------------------------------------------------
    def govern(self, village: Village) -> None:
        """Asked for, judged, agreed to."""
        starts_on = self._first(village)
        asked = starts_on - timedelta(days=40)
        made = self._submitted(village, asked)
        made = self._opined(made, asked + timedelta(days=5))
        now = self._at(asked + timedelta(days=10))
        made = applications.check(
            application=made, is_for=True, note="逐条看过台账和公开栏，情况属实，符合条件。", by=self.clerk, now=now
        )
        decided_on = starts_on - timedelta(days=12)
        applications.agree(
            application=made,
            decided_on=decided_on,
            basis=GROUND,
            starts_on=starts_on,
            person=self.staff(job_title="联村工作指导员"),
            by=self.committee,
            now=self._at(decided_on),
        )

    def _first(self, village: Village) -> date:
        """The first of a month, two thirds into the history, after the team began."""
        begin = self.scale.begin
        month = Month.of(begin + (self.scale.today - begin) * 2 // 3)
        return month.start if month.start > begin else month.next().start

    def _ask(self, village: Village) -> None:
        """Asked for last week; the district is for it, the office has still to check."""
        day = self.scale.today - timedelta(days=7)
        self._opined(self._submitted(village, day), day + timedelta(days=2))

    def _submitted(self, village: Village, day: date) -> SelfGovApplication:
        by, now = self._secretary(village), self._at(day)
        made = applications.start(village=village, kind="begin", origin="village", by=by, now=now)
        answers = [ANSWERS[n % len(ANSWERS)] for n in range(len(made.conditions))]
        made = applications.explain(application=made, answers=answers, by=by)
        total = self.random.randint(38, 55)
        no, silent = self.random.randint(0, 4), self.random.randint(0, 3)
        made = applications.note_meeting(
            application=made,
            met_on=day - timedelta(days=3),
            votes_for=total - no - silent,
            votes_against=no,
            votes_abstain=silent,
            file=_resolution(),
            by=by,
            today=day,
        )
        return applications.submit(application=made, by=by, now=now)

    def _opined(self, made: SelfGovApplication, day: date) -> SelfGovApplication:
        leading = Posting.objects.open().leaders().filter(group=made.village.group).select_related("person").first()
        assert leading is not None
        opinion = "村里班子有力，群众基础好，赞成实行村为主自治。"
        by = self._account(leading.person)
        return applications.give_opinion(application=made, is_for=True, opinion=opinion, by=by, now=self._at(day))

    # --- Money and the year -----------------------------------------------------------------------
    def _spend(self, village: Village) -> None:
        term = village.self_governance.get()
        for year in range(term.starts_on.year, self.scale.today.year + 1):
            granted_on = max(date(year, 1, 12), term.starts_on)
            last = min(self.scale.today, date(year, 12, 31))
            if granted_on > last:
                continue
            budget = work_budgets.grant(
                village=village,
                year=year,
                amount=Decimal(20000 + 5000 * self.random.randint(0, 4)),
                basis=f"镇联村经费〔{year}〕3号（示例）",
                granted_on=granted_on,
                by=self.clerk,
                now=self._at(granted_on),
            )
            self._use(budget, granted_on, last)

    def _use(self, budget: WorkBudget, first: date, last: date) -> None:
        by = self._secretary(budget.village)
        for purpose, amount in self.random.sample(USES, self.random.randint(2, len(USES))):
            day = self.scale.day(self.random, first, last)
            work_budgets.report_use(
                budget=budget, spent_on=day, purpose=purpose, amount=Decimal(amount), by=by, now=self._at(last)
            )

    def _assess(self, village: Village, *, to_the_end: bool) -> None:
        """Every finished year of self-governance: told; the last one of all villages but one waits for the
        committee. In December the running one is being written."""
        term, today = village.self_governance.get(), self.scale.today
        for year in range(term.starts_on.year, today.year):
            sheet = self._sheet(village, year)
            if to_the_end or year < today.year - 1:
                self._grade(sheet, date(year + 1, 1, 10), "excellent" if to_the_end else "good")
        if today >= date(today.year, 12, 12) and term.starts_on <= today:
            by, now = self._secretary(village), self._at(today)
            years.start(village=village, year=today.year, by=by, now=now)

    def _sheet(self, village: Village, year: int) -> SelfGovYear:
        """Written, with the instructor's opinion, checked."""
        by, now = self._secretary(village), self._at(date(year, 12, 20))
        sheet = years.start(village=village, year=year, by=by, now=now)
        sheet = years.write(
            sheet=sheet,
            work="主干道和沟渠全年清理四次，办成两件民生实事。\n红白理事会全年劝导十二起，没有大操大办。",
            problems="集体收入来源还不多，懂电脑的年轻人手不够。",
            plans="下年修好两口山塘，把五星级文明户评选做实。",
            by=by,
            now=now,
        )
        sheet = years.submit(sheet=sheet, by=by, now=now)
        guide = village.instructor_postings.open().select_related("person").get()
        opinion = "全年到村二十余次，村里议事按章办，账目清楚，建议评为合格以上。"
        sheet = years.give_opinion(sheet=sheet, opinion=opinion, by=self._account(guide.person), now=now)
        return years.check(sheet=sheet, note="经费账实相符，台账齐全。", by=self.clerk, now=now)

    def _grade(self, sheet: SelfGovYear, day: date, grade: str) -> None:
        if day > self.scale.today:
            return
        sheet = years.grade(
            sheet=sheet,
            grade=grade,
            note="村里议事规范，办成实事多，经费使用公开。",
            decided_on=day,
            basis=GROUND,
            by=self.committee,
            now=self._at(day),
        )
        years.issue_notice(sheet=sheet, by=self.lead, now=self._at(day))

    def _at(self, day: date) -> datetime:
        return self.clock.at(min(day, self.scale.today), 10)

    # --- Accounts ---------------------------------------------------------------------------------
    def _secretary(self, village: Village) -> User:
        term = CadreTerm.objects.open().filter(village=village, position="secretary").select_related("person").get()
        return self._account(term.person)

    def _account(self, person: Person) -> User:
        """The person's own, or a new one that waits for its first password."""
        person.refresh_from_db()
        if person.user is not None:
            return person.user
        user = accounts.add_account(
            username="", name=person.name, phone=person.phone, password=None, by=None, reason="演示账号"
        )
        people.link_account(person=person, user=user, by=None)
        return user


def _resolution() -> SimpleUploadedFile:
    """A picture that stands for the photographed resolution: plain paper."""
    out = BytesIO()
    Image.new("RGB", (420, 594), "#f4f1e8").save(out, "JPEG", quality=60)
    return SimpleUploadedFile("会议决议.jpg", out.getvalue(), content_type="image/jpeg")
