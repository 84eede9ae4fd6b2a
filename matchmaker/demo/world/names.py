"""Invented names and phone numbers. Any likeness to real people is chance."""

from random import Random

# All demo numbers start with this: valid in form, and obviously invented.
PHONE_PREFIX = "199000"
FIRST_RESIDENT_NUMBER = 10_000
FIRST_OFFICE_NUMBER = 1_000
COUNTER_PREFIX = "02155550"  # of the numbers that anybody may call
FIRST_CONTACT_NUMBER = 600  # of organisations

SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
WOMEN = (
    "秀英",
    "桂芳",
    "玉兰",
    "淑珍",
    "凤英",
    "桂英",
    "惠芬",
    "美玲",
    "雅琴",
    "丽华",
    "金娣",
    "阿妹",
    "慧珍",
    "月琴",
    "佩芳",
    "素珍",
    "文娟",
    "海燕",
    "晓红",
    "静怡",
    "佳怡",
    "思琪",
    "雨桐",
    "欣悦",
    "若曦",
    "梦瑶",
    "诗涵",
    "敏华",
    "爱珍",
    "银凤",
)
MEN = (
    "国强",
    "建国",
    "志明",
    "德福",
    "永康",
    "阿根",
    "长发",
    "金生",
    "宝根",
    "伟民",
    "建华",
    "卫东",
    "文斌",
    "海涛",
    "志刚",
    "俊杰",
    "明辉",
    "子轩",
    "浩然",
    "宇航",
    "博文",
    "天佑",
    "嘉豪",
    "思远",
    "根宝",
    "福生",
    "耀华",
    "培德",
    "云龙",
    "晓东",
)


def draw_name(random: Random, is_woman: bool) -> tuple[str, str]:
    """Return a surname and a given name."""
    return random.choice(SURNAMES), random.choice(WOMEN if is_woman else MEN)


def get_title(age_years: int, is_woman: bool) -> str:
    """Return what neighbours call a person of this age, after the surname."""
    if age_years < 18:
        return "小朋友"
    if age_years >= 70:
        return "阿婆" if is_woman else "爷叔"
    if age_years >= 50:
        return "阿姨" if is_woman else "师傅"
    return "女士" if is_woman else "先生"


def make_phone(number: int) -> str:
    """Return the ``number``-th phone number of the demo, 11 digits; ``number`` is below 100,000."""
    return f"{PHONE_PREFIX}{number:05d}"


def make_counter_phone(number: int) -> str:
    """Return the public number of the office (0) or a committee; ``number`` is below 1,000."""
    return f"{COUNTER_PREFIX}{number:03d}"
