"""How names are read, sorted and searched: tables of names, all invented or of public lists."""

import pytest
from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import Resident
from matchmaker.words.names import (
    MIDDLE_DOT,
    OTHER_DOTS,
    UNKNOWN_READING,
    clean_name,
    get_person_sort_key,
    get_sort_key,
    match_name,
)

# Surnames of one character; those that are read otherwise elsewhere stand first.
SINGLE = """
重 chong 秘 bi 种 chong 繁 po 覃 qin 缪 miao 曾 zeng 解 xie 折 she 佴 nai 粘 nian 藏 zang 扎 za
翟 zhai 都 du 六 lu
薄 bo 盖 ge 查 zha 朴 piao 乜 nie 乐 yue 阚 kan 不 fou 区 ou 仇 qiu 单 shan
卜 bu 浣 wan 贠 yun 貟 yun 员 yun 洗 xian 祭 zhai 召 shao 句 gou 便 pian 角 jue 能 nai 黑 he
尉 wei 长 chang 任 ren 冼 xian 华 hua 过 guo 纪 ji 燕 yan 幺 yao 冯 feng 石 shi 瞿 qu 那 na 难 nan
贾 jia
的 de 哈 ha 居 ju 盛 sheng 塔 ta 和 he 柏 bai 蓝 lan 牟 mou 殷 yin 陆 lu 叶 ye 强 qiang 丁 ding 阿 a
汤 tang 万 wan 车 che 称 cheng 沈 shen 宿 su 南 nan 鸟 niao 思 si 殳 shu 寻 xun 於 yu 烟 yan 余 yu
浅 qian 艾 ai 无 wu 信 xin 许 xu 齐 qi 俞 yu 若 ruo 贲 ben 莘 shen 勾 gou 逄 pang 郗 xi 眭 sui 訾 zi
仉 zhang 晟 cheng 阙 que 臧 zang 褚 chu 郦 li 呙 guo 缑 gou 厍 she 费 fei 相 xiang 葛 ge 应 ying
宁 ning 曲 qu 撒 sa 冒 mao 谌 chen 晁 chao 宓 mi 禤 xuan 庹 tuo 昝 zan 亓 qi 逯 lu 芮 rui 璩 qu
麴 qu 暨 ji 鄢 yan 揭 jie 仝 tong 台 tai 将 jiang 观 guan 空 kong 吕 lv 王 wang 李 li 张 zhang
"""
COMPOUND = """
单于 chan-yu 尉迟 yu-chi 万俟 mo-qi 澹台 tan-tai 长孙 zhang-sun 令狐 ling-hu 鲜于 xian-yu
乐正 yue-zheng 子车 zi-ju 夹谷 jia-gu 宰父 zai-fu 亓官 qi-guan 拓跋 tuo-ba 谯笪 qiao-da
吐谷浑 tu-yu-hun 毌丘 guan-qiu 厍狄 she-di 叱干 chi-gan 沮渠 ju-qu 綦毋 qi-wu 耶律 ye-lv
即墨 ji-mo 呼延 hu-yan 皇甫 huang-fu 濮阳 pu-yang 夏侯 xia-hou 诸葛 zhu-ge 欧阳 ou-yang
上官 shang-guan 司马 si-ma 公孙 gong-sun 慕容 mu-rong 宇文 yu-wen 司徒 si-tu 司空 si-kong
闾丘 lv-qiu 司寇 si-kou 颛孙 zhuan-sun 端木 duan-mu 巫马 wu-ma 公西 gong-xi 漆雕 qi-diao
壤驷 rang-si 公良 gong-liang 谷梁 gu-liang 段干 duan-gan 百里 bai-li 东郭 dong-guo 南门 nan-men
羊舌 yang-she 微生 wei-sheng 梁丘 liang-qiu 左丘 zuo-qiu 东方 dong-fang 西门 xi-men 南宫 nan-gong
第五 di-wu 淳于 chun-yu 太叔 tai-shu 申屠 shen-tu 仲孙 zhong-sun 轩辕 xuan-yuan 钟离 zhong-li
赫连 he-lian 公冶 gong-ye 宗政 zong-zheng 公羊 gong-yang 闻人 wen-ren 独孤 du-gu 纳兰 na-lan
叶赫 ye-he 完颜 wan-yan 斛律 hu-lv 屈突 qu-tu 豆卢 dou-lu 爱新觉罗 ai-xin-jue-luo
"""
# Characters outside the common planes, and some that no table knew.
RARE = """
𠮷 ji 䶮 yan 㛃 jie 𬴊 lin 𨱇 qiu 𫖯 fu 㐂 xi 昇 sheng 堃 kun 喆 zhe 犇 ben 淼 miao 垚 yao 翀 chong
"""


def pair(table):
    words = table.split()
    return list(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize(("surname", "reading"), pair(SINGLE) + pair(COMPOUND))
def test_a_surname_is_read_as_a_surname(surname, reading):
    assert get_person_sort_key(f"{surname}阿婆").startswith(f"{reading.replace('-', ' ')} a po ")


@pytest.mark.parametrize(("character", "reading"), pair(RARE))
def test_a_rare_character_has_its_reading(character, reading):
    assert get_person_sort_key(f"{character}阿姨").startswith(f"{reading} a yi ")
    assert get_sort_key(f"和{character}") == f"he {reading} h{reading[0]}"


def test_a_character_in_no_table_comes_last_and_is_never_its_own_reading():
    unknown = get_person_sort_key("\U0003134f阿姨")
    assert unknown == f"{UNKNOWN_READING} a yi zay"
    assert unknown > get_person_sort_key("左阿姨") > get_person_sort_key("𠮷阿姨")


def test_keys_hold_small_letters_and_digits_only():
    names = [
        "古丽米热·艾比布力",
        "乐汇（集团）有限公司",
        "ＡＢＣ 100%",
        "St. Mary’s",
        "𠮷·䶮",
        "王 阿婆",
    ]
    for key in [get_sort_key(name) for name in names]:
        assert key.replace(" ", "").isalnum()
        assert key.isascii()
        assert key == key.lower()


def test_a_compound_surname_is_not_read_by_its_first_character():
    assert get_person_sort_key("长孙阿婆") == "zhang sun a po zsap"
    assert get_person_sort_key("长阿婆") == "chang a po cap"


@pytest.mark.parametrize("dot", MIDDLE_DOT + OTHER_DOTS)
def test_every_dot_in_a_name_is_one(dot):
    assert clean_name(f"古丽米热 {dot}艾比布力") == "古丽米热·艾比布力"
    assert get_person_sort_key(f"古丽米热{dot}艾比布力") == "gu li mi re ai bi bu li glmrabbl"


@pytest.mark.parametrize("name", ["St. Mary", "J.Li", "3.5", "王阿婆", ".古丽", "乐汇（集团）"])
def test_other_signs_of_a_name_stay(name):
    assert clean_name(name) == name


def test_letters_of_a_name_are_narrow():
    assert clean_name("Ａ座９号ｂ（二）") == "A座9号b（二）"


def find(text):
    query = select(Resident).where(match_name(text, [Resident.display_name], Resident.sort_key))
    return [resident.display_name for resident in db.session.scalars(query)]


FOUND = [
    ("古丽米热·艾比布力", [f"古丽米热{dot}艾比" for dot in MIDDLE_DOT + OTHER_DOTS]),
    (
        "古丽米热·艾比布力",
        ["古丽米热艾比", "米热 艾比", "glmrabbl", "ｇｌｍｒ", "mi re ai", "mire·ai"],
    ),
    ("古丽•帕提", ["古丽·帕提", "丽帕", "glpt"]),
    ("吕（小）阿姨", ["吕(小)", "（小）", "lv xiao", "lü"]),
    ("𠮷阿婆", ["𠮷", "ji a", "jap"]),
    ("A座单于阿婆", ["a座", "A座", "Ａ座"]),
]


@pytest.mark.both_databases
def test_a_name_is_found_whatever_its_dots_width_and_blanks(context, make):
    for number, (name, _) in enumerate(dict(FOUND).items()):
        key, phone = get_person_sort_key(name), f"1380000000{number}"
        make.resident(reference=f"R{number}", display_name=name, sort_key=key, phone=phone)
    missed = [(name, text) for name, texts in FOUND for text in texts if find(text) != [name]]
    assert missed == []
    assert [find(text) for text in ("·", "•", ".", "　", "'")] == [[]] * 5
