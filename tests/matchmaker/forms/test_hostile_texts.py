"""No field takes long over a text, however long and odd; anybody may send one to the sign-in."""

import time
from contextlib import suppress

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, SelectFieldBase

from matchmaker.forms import choices, fields, numbers
from matchmaker.forms.base import clean_text
from matchmaker.words import names, phone_numbers, signs

SIZE = 5_000  # a form may be a hundred times as long
MOST_SECONDS = 0.5
PIECES = (
    "1",
    "0",
    "1 ",
    "1-",
    "-",
    "(",
    "1.",
    "86",
    "021",
    "138 1234 5678 ",
    "转",
    "·",
    "　",
    "王 ",
)
ENDS = ("", "x", "1", "-1", "元")
HOSTILE = [(piece * (SIZE // len(piece)))[:SIZE] + end for piece in PIECES for end in ENDS]
FIELDS = [
    found
    for module in (choices, fields, numbers)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Field)
    if found.__module__ == module.__name__ and not found.__name__.startswith("_")
]


def time_all(read) -> tuple[float, str]:
    """The longest that ``read`` takes over one of the texts, and how that text begins."""
    seconds = []
    for text in HOSTILE:
        start = time.process_time()
        with suppress(ValueError):
            read(text)
        seconds.append((time.process_time() - start, text[:20] + text[-3:]))
        if seconds[-1][0] > MOST_SECONDS:
            break
    return max(seconds)


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_no_field_takes_long_over_a_text(kind):
    is_chosen = issubclass(kind, SelectFieldBase)
    form = type(
        "OneField", (Form,), {"asked": kind("Asked", **{"choices": []} if is_chosen else {})}
    )
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        taken = time_all(lambda text: form(MultiDict({"asked": text})).validate())
    assert taken[0] <= MOST_SECONDS, taken


@pytest.mark.parametrize(
    "read",
    [
        phone_numbers.normalise_phone,
        phone_numbers.find_phone,
        names.clean_name,
        signs.drop_unseen,
        clean_text,
    ],
    ids=lambda read: read.__name__,
)
def test_no_reader_of_words_takes_long_over_a_text(read):
    taken = time_all(read)
    assert taken[0] <= MOST_SECONDS, taken
