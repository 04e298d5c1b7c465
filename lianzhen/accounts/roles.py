"""The roles of the town's staff. Codes are stored and never change; labels may."""

from django.db import models


class Role(models.TextChoices):
    OFFICE = "office", "联村办工作人员"
    OFFICE_LEAD = "office_lead", "联村办主任"
    DISTRICT = "district", "片区联络组"
    LEADER = "leader", "联村工作组组长"
    MEMBER = "member", "联村工作组组员"
    INSTRUCTOR = "instructor", "联村工作指导员"
    CADRE = "cadre", "村干部"
    GRIDHEAD = "gridhead", "网格长"
    COMMITTEE = "committee", "党委委员"
    WINDOW = "window", "政务中心窗口"
    SYSADMIN = "sysadmin", "系统管理员"
    AUDITOR = "auditor", "审计员"
    #: Of whoever served in a team that he serves in no more: his own days stay open to him, and nothing else.
    FORMER = "former", "原联村工作组成员"


#: Given by a person with a reason. Every other role follows from a dated posting or term in the
#: register, so that nobody types it twice and it ends by itself on the day the posting ends.
GRANTED = (
    Role.OFFICE,
    Role.OFFICE_LEAD,
    Role.COMMITTEE,
    Role.WINDOW,
    Role.SYSADMIN,
    Role.AUDITOR,
)

#: Held alone, on an account of its own and without a person of the register: who keeps the accounts or
#: reads the trail has no business rights (等保 2.0, separation of the three administrators).
SOLITARY = (Role.SYSADMIN, Role.AUDITOR)

#: Roles that work for the whole town and see every village.
TOWN_WIDE = (Role.OFFICE, Role.OFFICE_LEAD, Role.COMMITTEE, Role.AUDITOR)
