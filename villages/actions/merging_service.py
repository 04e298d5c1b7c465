"""Who serves in a village that is merged: cadres, the liaison team, the instructor. All of it ends the day before."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from lianzhen.wording import full_date, term
from villages.actions import cadres, self_governance, teams
from villages.merging import Carried, Line
from villages.models import CadreTerm, DutyPlan, LiaisonTeam, Posting, SelfGovernance


class Cadres(Carried):
    key, title, place = "cadres", "村干部", 80
    models = (CadreTerm,)
    effect = "任期止于撤并日期的前一天。并入村的班子另行任命。"

    def lists(self) -> list[QuerySet]:
        rows = CadreTerm.objects.filter(self.merger.running(), village=self.merger.village)
        return [rows.select_related("person")]

    def take(self, *found: list[Any]) -> None:
        (self.terms,) = found
        url = reverse("village", args=[self.merger.village.pk])
        for one in self.terms:
            post = f"{one.get_position_display()}{one.person}"
            self.lines.append(Line(f"{post}（{full_date(one.starts_on)}起）", url))
            self.refuse_term(one, f"{post}的任期", url)

    def leave(self) -> None:
        merger = self.merger
        for one in self.terms:
            cadres.end_cadre(term=one, ends_on=merger.last_day, reason=merger.told, by=merger.by)


class Teams(Carried):
    key, title, place = "team", "联村工作组", 90
    models = (LiaisonTeam,)
    effect = "工作组、组内任职和固定办公日都止于撤并日期的前一天，登记、得分和文书都保留。"

    def lists(self) -> list[QuerySet]:
        running, village = self.merger.running(), self.merger.village
        rows = LiaisonTeam.objects.filter(running, village=village).select_related("village")
        postings = Posting.objects.filter(running, team__village=village).select_related("person")
        return [rows, postings, DutyPlan.objects.filter(running, team__village=village)]

    def take(self, *found: list[Any]) -> None:
        self.teams, postings, plans = found
        for team in self.teams:
            url = reverse("team", args=[team.pk])
            serving = [one for one in postings if one.team_id == team.pk]
            names = "、".join(f"{'组长' if one.is_leader else '组员'}{one.person}" for one in serving)
            self.lines.append(Line(f"{team}（{names}）" if names else str(team), url))
            self.refuse_term(team, str(team), url)
            for one in serving:
                self.refuse_term(one, f"{team}{one.person}的任职", url)
            for one in plans:
                if one.team_id == team.pk:
                    self.refuse_term(one, f"{team}的固定办公日", url)

    def leave(self) -> None:
        merger = self.merger
        for team in self.teams:
            teams.end_team(team=team, last_day=merger.last_day, reason=merger.told, by=merger.by)


class SelfGoverned(Carried):
    """A village that is no more governs itself no more: no team follows, unlike where the committee ends it."""

    key, title, place = "selfgov", "村为主自治", 100
    models = (SelfGovernance, Posting)
    effect = "村为主自治和指导员的任职都止于撤并日期的前一天。"

    def lists(self) -> list[QuerySet]:
        running, village = self.merger.running(), self.merger.village
        rows = SelfGovernance.objects.filter(running, village=village).select_related("village")
        return [rows, Posting.objects.filter(running, village=village).select_related("person", "village")]

    def take(self, *found: list[Any]) -> None:
        self.terms, self.postings = found
        url = reverse("selfgov_village", args=[self.merger.village.pk])
        for one in self.terms:
            self.lines.append(Line(f"村为主自治（{term(one.starts_on, one.ends_on)}）", url))
            self.refuse_term(one, "村为主自治", url)
        for one in self.postings:
            self.lines.append(Line(f"联村工作指导员{one.person}", url))
            self.refuse_term(one, f"联村工作指导员{one.person}的任职", url)

    def leave(self) -> None:
        merger = self.merger
        for one in self.postings:
            teams.end_posting(posting=one, last_day=merger.last_day, reason=merger.told, by=merger.by)
        for one in self.terms:
            self_governance.end_with_village(term=one, last_day=merger.last_day, reason=merger.told, by=merger.by)
