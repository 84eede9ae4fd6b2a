"""Names of organisations as two people write them: which spellings are one, and which are not.

Every name here is invented; each has brackets and a character that is also a radical.
"""

import unicodedata
from collections.abc import Callable

import pytest

from matchmaker.words.folding import fold
from matchmaker.words.names import clean_name

NAMES = """上海春晖食品（集团）有限公司|上海金色阳光养老（集团）有限公司
上海方舟康复（徐汇）有限公司|老马餐饮管理中心（普通合伙）|徐汇区长者日间照护中心（乐山）|乐山社区食堂（二店）|小马志愿服务社（徐汇）
山里人家餐饮（上海）有限公司|大门里老年大学（天平分校）|一心公益服务中心（上海）|手拉手助残服务社（徐家汇）
三角花园卫生站（南站）|水木年华文化（集团）有限公司|白玉兰护理院（有限合伙）|天平街道生活服务中心（东片）
红心车队（上海）有限公司|日月光便民超市（集团）有限公司|立人社会工作事务所（上海）|木石家具维修（上海）有限公司
高山流水乐团（业余）""".replace("\n", "|").split("|")

_RADICALS = {unicodedata.normalize("NFKC", chr(sign)): sign for sign in range(0x2F00, 0x2FD6)}


def bracket(opening: str, closing: str) -> Callable[[str], str]:
    """Write the name with other brackets."""
    return lambda name: name.replace("（", opening).replace("）", closing)


def insert(sign: str) -> Callable[[str], str]:
    """Put a sign after the second character, as a copy from a page or a file leaves it."""
    return lambda name: name[:2] + sign + name[2:]


_COPIED = dict(zip("马门长车", "⻢⻔⻓⻋", strict=True))  # radicals without a decomposition


ONE: dict[str, Callable[[str], str]] = {
    "half-width brackets": bracket("(", ")"),
    "mixed brackets": bracket("（", ")"),
    "small brackets": bracket("\ufe59", "\ufe5a"),
    "tab": insert("\t"),
    "soft hyphen": insert("\u00ad"),
    "byte order mark": lambda name: f"\ufeff{name}",
    "blank without width": insert("\u200b"),
    "wide blank at the end": lambda name: f"{name}\u3000",
    "middle dot": insert("·"),
    "chosen form": insert("\ufe00"),
    "chosen form of an ideograph": insert("\U000e0100"),
    "radicals": lambda name: name.translate({ord(han): sign for han, sign in _RADICALS.items()}),
}


@pytest.mark.parametrize("name", [name for name in NAMES if set(name) & set(_COPIED)])
def test_a_radical_without_a_decomposition_is_the_character(name):
    written = name.translate({ord(han): sign for han, sign in _COPIED.items()})
    assert written != name
    assert fold(written) == fold(name)
    assert clean_name(written) == clean_name(name) == name


@pytest.mark.parametrize("sign", [chr(code) for code in range(0x2E80, 0x2FD6)])
def test_a_radical_becomes_one_character_of_a_name_or_stays(sign):
    [character] = clean_name(sign)
    assert character == sign or "\u3400" <= character <= "\u9fff"


OTHER: dict[str, Callable[[str], str]] = {
    "lenticular brackets": bracket("【", "】"),
    "tortoise-shell brackets": bracket("〔", "〕"),
    "no brackets": bracket("", ""),
    "full stop at the end": lambda name: f"{name}。",
    "hyphen": insert("-"),
    "being founded": lambda name: f"{name}(筹)",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spelling", ONE)
def test_a_name_is_one_in_every_spelling_of_it(name, spelling):
    written = ONE[spelling](name)
    assert written != name
    assert fold(written) == fold(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spelling", OTHER)
def test_a_name_with_other_signs_is_another(name, spelling):
    assert fold(OTHER[spelling](name)) != fold(name)


@pytest.mark.parametrize("name", [name for name in NAMES if "有限公司" in name])
@pytest.mark.parametrize(
    ("part", "written"), [("有限公司", "有限责任公司"), ("公司", "公司分公司"), ("有限公司", "")]
)
def test_another_kind_of_company_is_another_name(name, part, written):
    assert fold(name.replace(part, written)) != fold(name)


@pytest.mark.parametrize("name", [name for name in NAMES if "集团" in name])
def test_a_name_in_old_characters_is_another(name):
    assert fold(name.replace("集团", "集團")) != fold(name)


def test_no_two_organisations_are_one():
    assert len(NAMES) == len({fold(name) for name in NAMES}) == 20
