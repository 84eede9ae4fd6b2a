import pytest

from matchmaker.web.lists import LAST_PAGE, get_other_arguments, get_page_number


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


def test_filters_go_along_and_nothing_that_steers_addresses(app):
    query = {"state": "open", "page": "2", "kind": "", "_scheme": "javascript", "endpoint": "x"}
    with app.test_request_context("/", query_string=query):
        assert get_other_arguments() == {"state": "open"}
