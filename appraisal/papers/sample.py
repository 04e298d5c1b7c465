"""A sample paper with everything a template may meet: shown on the settings page, and put through a template before
it is taken. Names are invented."""

from __future__ import annotations

from dataclasses import replace

from appraisal.papers.content import (
    BRIEFING,
    CENTER,
    OFFICIAL,
    PLAIN,
    RIGHT,
    Block,
    Column,
    Ending,
    Heading,
    Masthead,
    Paper,
    Signatures,
    Table,
    paragraph,
    row,
    span,
)

COLUMNS = (
    Column("名次", 14, CENTER),
    Column("片区", 20),
    Column("联村工作组", 34),
    Column("驻村\n（天）", 18, RIGHT),
    Column("周报", 18, CENTER),
    Column("扣分", 17, RIGHT),
    Column("加分", 17, RIGHT),
    Column("得分", 18, RIGHT),
)
ENDINGS = {
    BRIEFING: Ending(("报：示例县委办公室、示例县政府办公室", "送：镇党委委员", "发：各村、各联村工作组"), copies=60),
    OFFICIAL: Ending(
        ("抄送：示例县委组织部。",),
        day="2018年10月18日",
        printed_by="示例镇党政综合办公室",
        printed_on="2018年10月18日",
    ),
    PLAIN: Ending(),
}


def sample(style: str, rows: int = 39, name: str = "", unit: str = "示例镇联村工作办") -> Paper:
    """A weekly bulletin of `rows` teams in a style; an official one is signed by the agency of its heading."""
    name = name or {OFFICIAL: "示例镇联村工作领导小组文件"}.get(style, "联村工作通报")
    ending = ENDINGS[style]
    number = {BRIEFING: "2018年第30期（总第30期）", OFFICIAL: "示联发〔2018〕5号"}.get(style, "")
    return Paper(
        title="关于第42周联村工作情况的通报",
        blocks=tuple(_blocks(rows, style)),
        masthead=Masthead(style, name, number, unit, "2018年10月22日"),
        ending=replace(ending, unit=name.removesuffix("文件")) if style == OFFICIAL else ending,
    )


def _blocks(rows: int, style: str) -> list[Block]:
    lines = tuple(
        row(str(place), "第一片区", f"示例{place}村联村工作组", "2/2", "按时", "−1.0", "0.0", span("99.0"))
        for place in range(1, rows + 1)
    )
    blocks: list[Block] = [
        paragraph("各村、各联村工作组：", indent=False),
        paragraph("现将第42周（10月15日—21日）联村工作情况通报如下。"),
        Heading("一、总体情况", 1),
        Heading("（一）驻村办公", 2),
        Heading("1. 应到与实到", 3),
        Heading("（1）缺岗", 4),
        paragraph("本周39个联村工作组应驻村78天，实到77天；", span("示例1村缺1天", bold=True), "，已补登0天。"),
        Table(COLUMNS, lines, caption="第42周各联村工作组得分", note="得分截至10月21日24:00；申诉中的事项未计入。"),
    ]
    if style == PLAIN:
        blocks.append(Signatures(("制表", "审核", "审批")))
    return blocks
