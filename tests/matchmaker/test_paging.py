import pytest
from wtforms import StringField

from matchmaker.forms.base import FilterForm
from matchmaker.web.lists import LAST_PAGE, get_filters, get_page_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3", 3),
        ("0", 1),
        ("-2", 1),
        ("x", 1),
        ("", 1),
        ("99999", LAST_PAGE),
        ("9" * 30, 1),
        ("²", 1),
    ],
)
def test_any_page_of_an_address_is_a_number_that_fits(app, typed, number):
    with app.test_request_context("/", query_string={"page": typed}):
        assert get_page_number() == number


class ShelfForm(FilterForm):
    """Two filters."""

    kind = StringField()
    state = StringField()


def test_filters_go_along_and_nothing_else_of_the_address(app):
    query = {"state": "open", "page": "2", "kind": "", "file_format": "x", "_scheme": "javascript"}
    with app.test_request_context("/", query_string=query):
        assert get_filters(ShelfForm()) == {"state": "open"}
