"""Malformed requests, drawn from a seed: any route, role, field and part of an address."""

import random
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from werkzeug.routing import Rule
from wtforms.fields.core import UnboundField

from matchmaker.forms.base import BaseForm
from matchmaker.models import Role

PART = re.compile(r"<[^>]+>")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE")
BAD_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "%00",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e乐",
    "１２",
    "²",
    "-1",
    "0",
    "1.5",
    "1e9",
    "NaN",
    "abc",
    "None",
    "null",
    "[]",
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%(x)s %s {0}",
    "2147483648",
    "9" * 25,
    "9" * 5000,
    "x" * 400,
    "乐" * 3000,
    "0000-00",
    "0001-01",
    "9999-12",
    "2026-13",
    "2026-02-30",
    "9999-12-31",
    "\r\nSet-Cookie: a=b",
)
GOOD_TEXTS = (
    "1",
    "2",
    "3",
    "2026-07",
    "2026-12-31",
    "2099-12",
    "any",
    "all",
    "on",
    "y",
    "met",
    "pin",
    "offer:1",
    "volunteer:1",
    "13812345678",
    "N0001",
    "乐山",
    "lehui",
    "WD-AM",
    "enterprise",
    "signed_paper",
    "low_income",
    "auditor",
    "resident",
    "back",
    "long enough a pass phrase",
)
STEERING_NAMES = (
    "page",
    "endpoint",
    "_external",
    "_scheme",
    "_anchor",
    "values",
    "self",
    "month",
    "number",
    "file_format",
    "reference",
    "next",
    "code",
    "state",
    "filename",
    "name",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it will be sent; ``files`` names the fields that hold a file."""

    role: Role | None
    method: str
    address: str
    data: dict[str, str]
    files: tuple[str, ...]


def list_field_names() -> list[str]:
    """Every field of every form, and names that no form has."""
    forms, found = [BaseForm], set(STEERING_NAMES)
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        found |= {n for n in dir(form) if isinstance(getattr(form, n, None), UnboundField)}
    return sorted(found)


def draw_call(random_: random.Random, rules: list[Rule], names: list[str]) -> Call:
    rule = random_.choice(rules)
    usual = sorted(rule.methods - {"HEAD", "OPTIONS"})
    method = random_.choice(usual if random_.random() < 0.9 else METHODS)
    role = random_.choice([None, *Role, Role.SOCIAL_WORKER, Role.COMMITTEE_WORKER])
    chosen = random_.sample(names, random_.randint(0, 25))
    data = {name: draw_text(random_) for name in chosen}
    if random_.random() < 0.8:
        data |= {"idempotency_key": f"{random_.getrandbits(128):032x}", "version": "1"}
    files = tuple(random_.sample(names, 2)) if random_.random() < 0.15 else ()
    return Call(role, method, draw_address(random_, rule, names), data, files)


def draw_address(random_: random.Random, rule: Rule, names: list[str]) -> str:
    path = draw_path(random_, rule)
    asked = random_.sample(names, random_.randint(0, 4))
    query = urlencode([(name, draw_text(random_)) for name in asked])
    return f"{path}?{query}" if query else path


def draw_path(random_: random.Random, rule: Rule) -> str:
    return PART.sub(lambda part: quote(draw_part(random_, part[0]), safe=""), rule.rule)


def draw_part(random_: random.Random, part: str) -> str:
    if random_.random() < 0.2:
        return random_.choice([text for text in BAD_TEXTS if text])
    if "any(" in part:
        return random_.choice(part[part.index("(") + 1 : part.index(")")].split(",")).strip()
    if "month:" in part:
        return "2026-07"
    return "1" if "id:" in part else random_.choice(GOOD_TEXTS)


def draw_text(random_: random.Random) -> str:
    return random_.choice(BAD_TEXTS if random_.random() < 0.6 else GOOD_TEXTS)
