"""Pinyin and initials of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PINYIN_DICT

from lianzhen.pinyin import LOCAL_WORDS, SURNAMES, full_pinyin, initials

#: Every village of the town, as it is said there.
VILLAGES = {
    "贺家坳社区": "hejiaaoshequ",
    "沙溪社区": "shaxishequ",
    "龙吟村": "longyincun",
    "神冲村": "shenchongcun",
    "大胜村": "dashengcun",
    "天坪村": "tianpingcun",
    "荷塘村": "hetangcun",
    "清泉村": "qingquancun",
    "丰石村": "fengshicun",
    "红日村": "hongricun",
    "长塘村": "changtangcun",
    "豪胜村": "haoshengcun",
    "富托村": "futuocun",
    "石林村": "shilincun",
    "新耀村": "xinyaocun",
    "当先村": "dangxiancun",
    "金凤村": "jinfengcun",
    "硖石村": "xiashicun",
    "白泥村": "bainicun",
    "尖石村": "jianshicun",
    "大坪村": "dapingcun",
    "九峰村": "jiufengcun",
    "联石村": "lianshicun",
    "石虎村": "shihucun",
    "狮院村": "shiyuancun",
    "寒坡村": "hanpocun",
    "象形村": "xiangxingcun",
    "荷叶村": "heyecun",
    "黄藤村": "huangtengcun",
    "益新村": "yixincun",
    "紫云湖村": "ziyunhucun",
    "双鱼村": "shuangyucun",
    "金鸡村": "jinjicun",
    "新田村": "xintiancun",
    "金门村": "jinmencun",
    "石鸡寨村": "shijizhaicun",
    "新球村": "xinqiucun",
    "明德村": "mingdecun",
    "两头塘村": "liangtoutangcun",
}
KNOWN = [chr(code) for code in PINYIN_DICT if 0x4E00 <= code <= 0x9FFF]
chinese = st.text(st.sampled_from(KNOWN), max_size=8)


def test_all_villages_of_the_town_are_read():
    assert len(VILLAGES) == 39
    assert {name: full_pinyin(name) for name in VILLAGES} == VILLAGES


@pytest.mark.parametrize(
    ("name", "pinyin", "letters"),
    [
        ("长沙", "changsha", "cs"),
        ("娄底市双峰县荷叶镇", "loudishishuangfengxianheyezhen", "ldssfxhyz"),
        ("湘乡", "xiangxiang", "xx"),
        ("井字镇", "jingzizhen", "jzz"),
        ("攸永群工站", "youyongqungongzhan", "yyqgz"),
        ("朝阳组", "chaoyangzu", "cyz"),
        ("长冲组", "changchongzu", "ccz"),
        ("曾家湾", "zengjiawan", "zjw"),
        ("单家冲", "shanjiachong", "sjc"),
        ("社区家园", "shequjiayuan", "sqjy"),
        ("塅里", "duanli", "dl"),
        ("石垴上", "shinaoshang", "sns"),
        ("第2网格", "di2wangge", "d2wg"),
        ("Ａ区１２组", "aqu12zu", "aq12z"),
        ("李 明", "liming", "lm"),
        ("绿女", "lvnv", "ln"),
        ("Café·村", "cafecun", "cafec"),
        ("", "", ""),
    ],
)
def test_places_and_mixed_names(name, pinyin, letters):
    assert full_pinyin(name) == pinyin
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "pinyin", "letters"),
    [
        ("曾示例", "zengshili", "zsl"),
        ("单示例", "shanshili", "ssl"),
        ("解放", "xiefang", "xf"),
        ("仇示例", "qiushili", "qsl"),
        ("查示例", "zhashili", "zsl"),
        ("区示例", "oushili", "osl"),
        ("朴示例", "piaoshili", "psl"),
        ("华山", "huashan", "hs"),
        ("任重", "renzhong", "rz"),
        ("盖示例", "geshili", "gsl"),
        ("尉迟示例", "yuchishili", "ycsl"),
        ("万俟示例", "moqishili", "mqsl"),
        ("长孙示例", "zhangsunshili", "zssl"),
        ("李曾", "liceng", "lc"),
        ("曾", "zeng", "z"),
    ],
)
def test_surnames_are_read_at_the_head_of_a_person(name, pinyin, letters):
    assert full_pinyin(name, person=True) == pinyin
    assert initials(name, person=True) == letters


def test_a_surname_elsewhere_is_a_common_word():
    assert full_pinyin("解放组") == "jiefangzu"
    assert full_pinyin("单身") == "danshen"


def test_the_tables_give_one_syllable_for_each_character():
    entries = {**SURNAMES, **LOCAL_WORDS}
    assert len(entries) > 40
    assert all(len(word) == len(syllables) for word, syllables in entries.items())
    said = "".join(syllable for syllables in entries.values() for syllable in syllables)
    assert said.isascii()
    assert said.isalpha()
    assert said.islower()


@given(st.text(max_size=30), st.booleans())
def test_any_text_gives_lower_case_letters_and_digits(text, person):
    for result in (full_pinyin(text, person=person), initials(text, person=person)):
        assert all(c.isascii() and c.isalnum() and c == c.lower() for c in result)


@given(chinese, st.booleans())
def test_every_chinese_character_has_one_initial(name, person):
    assert len(initials(name, person=person)) == len(name)
    assert len(name) <= len(full_pinyin(name, person=person)) <= 6 * len(name)


@given(chinese, st.booleans())
def test_a_name_of_one_reading_is_found_by_its_first_letter(name, person):
    assert full_pinyin(name, person=person)[:1] == initials(name, person=person)[:1]


@pytest.mark.parametrize("rare", ["𠮷", "㙟", "𫖯", "\ue000", "😀", "\ud800"])
def test_a_rare_character_does_not_stop_the_name(rare):
    assert full_pinyin(f"李{rare}明", person=True).startswith("li")
    assert initials(f"李{rare}明", person=True).endswith("m")
