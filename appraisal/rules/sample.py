"""The shipped 示例 scheme: the sample monthly table of domain.md §1.1, for a town to edit.

Pure data. The six areas are those of the article, in its words; points, caps and texts are a composite of
published 考核细则, not a document anybody adopted. So it is always shown as 示例.
"""

from __future__ import annotations

from decimal import Decimal

from appraisal.rules.counting import PerEvent, PerPlace, PerShort, Variant
from appraisal.rules.judged import All, Bonus, Level
from appraisal.rules.scheme import AppliesTo, CategoryTerms, ClauseTerms, SchemeTerms
from appraisal.work_areas import WORK_AREAS

#: Full marks (分) of each area, in the article's order.
_FULL = {"party": "20", "peace": "20", "poverty": "15", "environment": "20", "farming": "10", "safety": "15"}
SPECIAL = "special"


def _points(text: str) -> Decimal:
    return Decimal(text)


CATEGORIES = (
    *(CategoryTerms(key, name, _points(_FULL[key])) for key, name in WORK_AREAS.items()),
    CategoryTerms(SPECIAL, "村级特色工作", _points("0")),
)

CLAUSES = (
    ClauseTerms(
        "A1",
        "party",
        "“三会一课”未按期开展的，每次扣分。",
        PerEvent(subject="未按期开展", each=_points("2"), cap=_points("6")),
    ),
    ClauseTerms(
        "A2",
        "party",
        "党员小组、无职党员设岗没有履职记录的，每岗扣分。",
        PerPlace(subject="无履职记录", each=_points("0.5"), unit="岗", cap=_points("4")),
    ),
    ClauseTerms(
        "A3",
        "party",
        "党务、村务、财务公开超过规定期限的，每项扣分。",
        PerPlace(subject="超期公开", each=_points("1"), unit="项", cap=_points("6")),
        AppliesTo.VILLAGE,
    ),
    ClauseTerms(
        "A4",
        "party",
        "镇联村工作周例会无故缺席、迟到早退的，按次扣分。",
        PerEvent(
            subject="无故缺席",
            each=_points("1"),
            variants=(Variant("迟到早退", _points("0.5")),),
            cap=_points("4"),
        ),
        AppliesTo.TEAM,
    ),
    ClauseTerms(
        "B1",
        "peace",
        "矛盾纠纷未及时上报、未及时化解的，每起扣分。",
        PerPlace(subject="未及时处理", each=_points("1"), unit="起", cap=_points("8")),
    ),
    ClauseTerms(
        "B2",
        "peace",
        "网格上报事项超过时限没有办结的，每件扣分。",
        PerPlace(subject="超期未办结", each=_points("0.5"), unit="件", cap=_points("6")),
    ),
    ClauseTerms(
        "B3",
        "peace",
        "固定办公日、值班无故缺岗的，每次扣分。",
        PerEvent(subject="缺岗", each=_points("1"), cap=_points("6")),
        AppliesTo.TEAM,
    ),
    ClauseTerms(
        "C1",
        "poverty",
        "监测户走访少于当月应走访户数的，每少1户扣分。",
        PerShort(subject="走访", each=_points("0.5"), unit="户", cap=_points("5")),
    ),
    ClauseTerms(
        "C2",
        "poverty",
        "群众帮代办事项超过承诺时限的，每件扣分。",
        PerPlace(subject="超时限", each=_points("0.5"), unit="件", cap=_points("5")),
    ),
    ClauseTerms(
        "C3",
        "poverty",
        "留守儿童当月走访少于应走访人数的，每少1人扣分。",
        PerShort(subject="走访", each=_points("0.5"), unit="人", cap=_points("5")),
    ),
    ClauseTerms(
        "D1",
        "environment",
        "公共区域、公路沿线、农户庭院检查不合格的，每处扣分。",
        PerPlace(subject="不合格", each=_points("0.5"), cap=_points("15")),
    ),
    ClauseTerms(
        "D2",
        "environment",
        "垃圾分类设施未配齐、入户评比未开展的，每项扣分。",
        PerPlace(subject="未落实", each=_points("1"), unit="项", cap=_points("5")),
    ),
    ClauseTerms(
        "E1",
        "farming",
        "耕地抛荒、秸秆露天焚烧、违法占地建房未制止或未上报的，每处扣分。",
        PerPlace(subject="发现", each=_points("1"), cap=_points("8")),
    ),
    ClauseTerms(
        "E2",
        "farming",
        "组账村管未按期报账的，每组扣分。",
        PerPlace(subject="未按期报账", each=_points("0.5"), unit="组", cap=_points("2")),
        AppliesTo.VILLAGE,
    ),
    ClauseTerms(
        "F1",
        "safety",
        "安全隐患没有按期整改的，每处扣分。",
        PerPlace(subject="未整改", each=_points("1"), cap=_points("10")),
    ),
    ClauseTerms(
        "F2",
        "safety",
        "发生安全生产责任事故的，本类分值全部扣除。",
        All(condition="发生安全生产责任事故", full=_points("15")),
    ),
    ClauseTerms(
        "G1",
        SPECIAL,
        "村级工作获得县级以上表彰或经验推广的，按认定级别加分。",
        Bonus(
            levels=(
                Level("县级", _points("2"), _points("2")),
                Level("市级", _points("3"), _points("3")),
                Level("省级", _points("5"), _points("5")),
            )
        ),
    ),
    ClauseTerms(
        "G2",
        SPECIAL,
        "五星级文明户评选、产业发展、文旅融合等村级特色工作，经镇认定的加分。",
        Bonus(levels=(Level("镇认定", _points("0.5"), _points("2")),)),
    ),
)

SAMPLE = SchemeTerms(
    categories=CATEGORIES,
    clauses=CLAUSES,
    base=Decimal(100),
    total_floor=Decimal(0),
    bonus_month_cap=Decimal(10),
    bonus_quarter_cap=Decimal(20),
)

#: The other settings of a version (domain.md §1.1, §7; design §9.4): working days, and the weight of the village.
PUBLICITY_DAYS = 3
APPEAL_DAYS = 3
REVIEW_DAYS = 5
LINKAGE_WEIGHT = Decimal("0.6")
