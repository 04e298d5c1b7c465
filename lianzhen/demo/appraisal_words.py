"""Invented words of the appraisal in the demo town."""

from appraisal.models import Appeal, ScoreEntry

#: Clause, how many at most, what was found.
FOUND = (
    ("A1", 1, "当月主题党日没有按计划开展。"),
    ("A2", 2, "两个党员小组没有无职党员履职记录。"),
    ("B1", 1, "一起邻里纠纷超过三天没有上报。"),
    ("B2", 2, "网格上报的路灯损坏超过时限没有修复。"),
    ("C2", 1, "一件医保代办超过承诺时限。"),
    ("D1", 6, "公路沿线有垃圾和杂物堆放。"),
    ("D1", 2, "农户庭院检查不合格。"),
    ("D2", 1, "垃圾分类桶没有配齐。"),
    ("E1", 1, "发现一处秸秆露天焚烧，未及时制止。"),
    ("F1", 3, "自建房用电隐患没有按期整改。"),
)
#: Clauses whose findings are to be put right.
PUT_RIGHT = ("D1", "D2", "F1")
SOURCES = (ScoreEntry.Source.TOWN,) * 6 + (ScoreEntry.Source.COUNTY, ScoreEntry.Source.VILLAGERS)
CLAIMS = ("五星级文明户评选全部完成并公示。", "湘莲基地完成标准化改造，经镇认定。", "文旅线路完成农家书屋打造。")
AGAINST = "材料里的公示照片是去年的，不赞成按今年的工作加分。"
DECLINED = "这项工作已在上季度加过分，不重复加分。"
FEWER = "认定文件只写了一半的户数，按一半核实。"
SENT_BACK = "请写明检查的具体地点和户数，再报复核。"
WRITTEN_ANEW = "补充：地点在二组主干道旁。"
WITHDRAWN = "地点登记错误，重新登记。"
REVERSED = "经复查，问题点位属邻村责任路段。"
#: Reason, the team's statement.
APPEALS = (
    (Appeal.Reason.FACT, "检查当天这一处正在清理，下午已运走，请核对现场照片。"),
    (Appeal.Reason.POINTS, "实际只有一处，登记为两处，请按一处计算。"),
    (Appeal.Reason.CLAUSE, "杂物属在建工地材料，不属于这一条规定的情形。"),
    (Appeal.Reason.AWAY, "当天全组按通知到县里参加培训，有参会名册。"),
)
CHECKED = "已到现场核对，并向村干部和检查人员了解情况。"
#: Outcome, the answer.
ANSWERS = {
    Appeal.Outcome.KEEP: "现场照片的时间和地点与登记一致，维持原来的扣分。",
    Appeal.Outcome.CHANGE: "经核实，部分情况属实，按实际数量减少扣分。",
    Appeal.Outcome.REVOKE: "经核实，反映的情况属实，这条扣分予以撤销。",
}
RECTIFIED = ("已组织人员清理完毕，并安排专人巡查。", "已按要求整改到位，照片存村部。")
NOT_YET = "主干道已清理，背街小巷还有两处没有清。"
CORRECTED = "定稿后查明，当天检查的数量多记一处，退回0.5分。"
NOT_CORRECTED = "原检查记录清楚，不再更正。"

# --- The year -----------------------------------------------------------------------------------------
#: Where the twelve months propose too little, and for what only the leader can write.
OWN_REPORT = {
    "work": ("全年坚持固定办公日驻村，接待群众来访，小事在村里办完，大事跑一次办好。",),
    "highlights": ("五星级文明户评选全村参与，网格长全部到位，群众反映的事件件有回音。",),
    "problems": ("环境整治有反弹，个别纠纷上报不及时，在外务工人员联系不全。",),
    "plans": (
        "下年把山塘水渠清淤做完，环境卫生分组包干，每月评比公开。",
        "下年重点抓集体经济和湘莲基地，网格长例会每月开一次，有记录。",
        "下年把矛盾纠纷化解在组里，监测户每月走访一次，帮扶措施落到户。",
    ),
}
OPINIONS = (
    "驻村扎实，村里反映好，同意自评意见。",
    "各项工作按时完成，环境整治还要常抓，同意自评意见。",
    "纠纷调处主动，资料齐全，自评实事求是。",
)
BEYOND_QUOTA = "优秀名额有限，按年度得分的名次，评为下一等次。"
CHECKS = ("驻村天数、周报和得分与台账一致。", "经费和议定事项落实情况已核对，自评属实。")
