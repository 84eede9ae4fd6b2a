"""What every Chinese page and file says, read as text: no code, no row's number, no English.

Each page is read by the first person who may open it, with the files that it links to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker import create_app
from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.kinds import Unit
from matchmaker.rounds.publish.public_file import COMMAND
from tests.browser import Browser
from tests.databases import opened
from tests.journeys.inventory import get_user, share_out
from tests.page_forms import read_forms
from tests.sites import get_environment

SPOKEN = ("alt", "title", "aria-label", "placeholder")
FIRST_OF_ROLE = {p.role: k for k, p in reversed(list(enumerate(DEMO_PERSONS, start=1)))}

# The only words in Latin letters: names of formats, of the engine and the hash, of a standard, and
# of the one command that people type.
LATIN = {
    "AA",
    "CSV",
    "Cookie",
    "English",
    "Excel",
    "HMAC-SHA256",
    "HiGHS",
    "Python",
    "QR",
    "SHA-256",
    "WeChat",
    *COMMAND.split(),
}
REFERENCE = re.compile(r"[A-Z]{1,3}\d{2,5}(-\d{4})?|[A-Z]")  # R00012, N2612-0001, S01; a letter
HASH = re.compile(r"[0-9a-f]{8,64}")
ADDRESS = re.compile(r"https?://\S+")
WORD = re.compile(r"[0-9a-f]{12,}|[A-Za-z][A-Za-z0-9_/.-]*")
ROW_NUMBER = re.compile(
    r"(账号|会话|需求|居民|资源|单位|志愿者|月度匹配|方案|街道|对象类别|邀请|家庭|安排) \d+"
)
# Words that people took otherwise, or that only engineers use, and what is said instead.
FORBIDDEN = {
    "服务号": "服务名额",
    "轮空": "已等候月数",
    "面向对象": "服务对象",
    "求解": "生成方案",
    "冻结": "锁定名单",
    "封存": "锁定",
    "快照": "名单",
    "指纹": "校验码",
    "柜台": "接待窗口",
    "开放中": "排队等候中、可供匹配",
    "居委会工作者": "居委社区工作者",
    "审计": "操作日志、监督员",
    "谁能登录": "账号管理",
    "失独": "计划生育特殊家庭",
    "空巢": "纯老家庭",
    "离队": "退出服务",
    "没有执行": "没有办成",
    "页面编号": "提示代码",
    "主要内容": "主导航",
    "网站自动": "系统",
    "由界限证明": "已用数学方法证明不能更好",
    "次运行": "版方案",
    "运行页": "方案页",
    "承诺": "安排、可提供量、答应过的",
    "无解": "没有可行的方案",
    "最优": "最好",
    "目标层级": "公布的次序",
    "开放资源": "可供匹配的资源",
    "送达": "办到",
    "走访": "探访、上门",
    "床夜": "晚",
    "小区块": "小区",
    "你们": "您单位",
    "条需求": "项需求",
    "件需求": "项需求",
    "，位于": "，",
}
FORBIDDEN_ENGLISH = {
    "Asked to give": "Promised this month",
    "Number of this kind of page": "Error number",
    "persons of other": "people of other",
}
# What a program joins and no person writes.
JOINED = {
    "two signs": re.compile("[。；，：、][。；，：、]"),
    "a word twice": re.compile(r"(的[\u4e00-\u9fff]{1,3})\1"),
    "half brackets": re.compile(r"[\u4e00-\u9fff] ?\(|\([^()]*[\u4e00-\u9fff]"),
    "must and may": re.compile("必[选填]）（选填）"),
}
ONE_AS_MANY = re.compile(r"(?<![\d.,/-])1 (?!(is|was|has|waits)\b)[a-z]+s\b")
# The file of the log holds each event twice: in words, then as it is stored, so that others can
# check its chain. The second half begins here.
AS_STORED = re.compile(r",\d{4}-\d\d-\d\dT\d\d:.*")


class Reader(HTMLParser):
    """Collects what a person reads or hears of a page, and the addresses of its files."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.files: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._silent += tag in ("script", "style")
        self.texts += [found[name] or "" for name in SPOKEN if name in found]
        address = found.get("href") or ""
        if tag == "a" and ".csv" in address:
            self.files.append(address)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(" ".join(data.split()))


@dataclass
class Read:
    """The texts of every page and file by address, and what people typed in Latin letters.

    ``english`` has the pages in English, the other fields what is read in Chinese.
    """

    english: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    fen: set[str] = field(default_factory=set)

    def list_texts(self) -> Iterator[tuple[str, str]]:
        for address, texts in {**self.pages, **self.files}.items():
            yield from ((address, AS_STORED.sub("", text)) for text in texts)


@pytest.fixture(scope="module")
def read(demo_copy) -> Iterator[Read]:
    with opened(create_app(environ=get_environment(demo_copy))) as app:
        yield read_all(app)


def read_all(app: Flask) -> Read:
    found = Read()
    for number, addresses in share_out(app, [0, *FIRST_OF_ROLE.values()]).items():
        browser = Browser(app)
        if number:
            with app.app_context():
                person = get_user(number)
            browser.sign_in(person)
        browser.use_language("en")
        _read_pages(found.english, browser, addresses)
        browser.use_language("zh_Hans_CN")
        for address in _read_pages(found.pages, browser, addresses):
            found.files[address.partition("?")[0]] = _read_file(found, browser, address)
    with app.app_context():
        _read_rows(found)
    return found


def _read_pages(pages: dict[str, list[str]], browser: Browser, addresses: list[str]) -> set[str]:
    """Put the texts of each page into ``pages``; return the addresses of the files they link to."""
    files: set[str] = set()
    for address in addresses:
        answer = browser.client.get(address)
        if answer.mimetype == "text/html":
            reader = Reader()
            reader.feed(answer.text)
            pages[address] = reader.texts
            files |= set(reader.files)
    return files


def _read_file(found: Read, browser: Browser, address: str) -> list[str]:
    """The lines of a file; a list of people comes once the page before it is answered."""
    answer = browser.client.get(address)
    if answer.mimetype == "text/html":
        reader = Reader()
        reader.feed(answer.text)
        found.pages[address] = reader.texts
        (form,) = (form for form in read_forms(answer.text) if form.get("purpose"))
        answer = browser.client.post(address, data=form.list_sent(purpose="report"))
    return answer.text.splitlines()


def _read_rows(found: Read) -> None:
    """What people typed, and sums of money as the database has them."""
    texts = [
        *db.session.scalars(select(m.Organisation.name_en)),
        *db.session.scalars(select(m.Subdistrict.code)),
        *db.session.scalars(select(m.MatchRound.public_value)),
        *db.session.scalars(select(m.MatchRound.seed_rule)),
    ]
    found.typed = {word for text in texts if text for word in WORD.findall(text)}
    in_fen = select(m.Need.quantity).join(m.Need.category)
    found.fen = {
        str(n) for n in db.session.scalars(in_fen.where(m.ServiceCategory.unit == Unit.FEN))
    }


def test_pages_and_files_were_read(read):
    assert len(read.pages) > 60
    assert len(read.files) > 5
    assert len(read.fen) > 3


def test_latin_letters_are_few_and_known(read):
    """Whatever is not translated, and every code, is in Latin letters."""
    foreign = {
        (word, address)
        for address, text in read.list_texts()
        for word in WORD.findall(ADDRESS.sub("", text))
        if word not in LATIN | read.typed and not _is_reference(word)
    }
    assert foreign == set()


def test_no_word_is_left_that_people_took_otherwise(read):
    left = {
        (word, address) for address, text in read.list_texts() for word in FORBIDDEN if word in text
    }
    assert left == set(), "say what FORBIDDEN has in its place"


def test_chinese_is_punctuated_as_chinese(read):
    """What was joined in code or templates with a comma or colon of Latin text."""
    half = re.compile(r"(^|[\u4e00-\u9fff”）])[,:;?!](\s|$)")
    slips = {
        (text, address)
        for address, texts in read.pages.items()
        for text in texts
        if half.search(text)
    }
    assert slips == set()


def test_nothing_reads_as_joined_by_a_program(read):
    """One text behind another, each right by itself: two full stops, the same words twice."""
    joined = {
        (name, said, address)
        for address, texts in read.pages.items()
        for said in [*texts, *map("".join, pairwise(texts))]
        for name, pattern in JOINED.items()
        if (name == "must and may" or said in texts) and pattern.search(said)
    }
    assert joined == set()


def test_one_of_something_is_not_said_as_many(read):
    many = {
        (found.group(), text, address)
        for address, texts in read.english.items()
        for text in texts
        if (found := ONE_AS_MANY.search(text))
    }
    assert many == set()


def test_no_english_word_is_left_that_people_took_otherwise(read):
    left = {
        (word, address)
        for address, texts in read.english.items()
        for word in FORBIDDEN_ENGLISH
        if any(word in text for text in texts)
    }
    assert left == set(), "say what FORBIDDEN_ENGLISH has in its place"


def test_no_row_is_named_by_its_number(read):
    named = {
        (text, address)
        for address, texts in read.pages.items()
        for text in texts
        if ROW_NUMBER.fullmatch(text)
    }
    assert named == set()


def test_no_sum_of_money_is_said_in_fen(read):
    raw = {
        (number, address)
        for address, texts in read.pages.items()
        for text in texts
        for number in re.findall(r"(?<![\d,.])\d{4,}(?![\d,.])", text)
        if number in read.fen
    }
    assert raw == set()


def test_a_reader_of_a_page_hears_labels_and_skips_script():
    reader = Reader()
    reader.feed('<p title="a">b<script>c</script></p><a href="/x.csv?d=1" aria-label="e"> f </a>')
    assert (reader.texts, reader.files) == (["a", "b", "e", "f"], ["/x.csv?d=1"])


def _is_reference(word: str) -> bool:
    return bool(REFERENCE.fullmatch(word) or HASH.fullmatch(word))
