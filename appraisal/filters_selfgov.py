"""The filter of the yearly sheets of self-governed villages."""

from __future__ import annotations

import django_filters as filters

from appraisal.models import SelfGovYear
from villages.filters_places import DistrictFilter


class SelfGovYearFilter(filters.FilterSet):
    year = filters.NumberFilter(label="年度")
    group = DistrictFilter(field_name="village__group")
    grade = filters.ChoiceFilter(label="等次", choices=SelfGovYear.Grade.choices, empty_label="全部等次")

    class Meta:
        model = SelfGovYear
        fields: list[str] = []
