"""A list: filters → count → page → file, from one query and one set of columns."""

import csv
import io
from types import SimpleNamespace

import pytest
from flask import Blueprint, Response, render_template_string
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from matchmaker.base.database import count_by_state
from matchmaker.forms.base import FilterForm
from matchmaker.forms.fields import TextField
from matchmaker.models import (
    NeedState,
    Offer,
    OfferState,
    OrganisationState,
    PromiseState,
    RoundState,
    RunStatus,
    ServiceCategory,
    VolunteerState,
)
from matchmaker.web import lists
from matchmaker.web.lists import Badge, Box, Column, ListPage, make_state_badge
from matchmaker.web.permissions import public
from matchmaker.words.tones import get_tone
from tests.browser import Browser

TITLE = Column[Offer](
    header=_l("Offer"), read=lambda offer: offer.title, link=lambda offer: f"/x/{offer.title}"
)
AMOUNT = Column[Offer](
    header=_l("Amount"),
    read=lambda offer: offer.capacity_per_month,
    show=lambda offer: f"{offer.capacity_per_month} a month",
    is_number=True,
)
DAY = Column[Offer](header=_l("Last day"), read=lambda offer: offer.valid_until)
STATE = Column[Offer](
    header=_l("State"),
    read=lambda offer: offer.state.value,
    badges=lambda offer: [make_state_badge(offer.state)],
    note=lambda offer: "<new>",
)
CHOOSE = Column[Offer](
    header=_l("Choose"), read=lambda offer: "", box=lambda offer: Box(offer.title, "Tick", "it")
)
PAGE = """{% from "components/list_page.html" import list_page %}
{{ list_page(
  list, list.found.total ~ " found", ("None fits", "Choose others."), ("None yet", "Wait."),
) }}"""


class TitleForm(FilterForm):
    title = TextField("Title")
    hidden = TextField("Hidden")


def make_list() -> ListPage[Offer]:
    form = TitleForm()
    query = select(Offer).where(Offer.title.startswith(form.title.data or ""))
    return ListPage(
        endpoint="shelf.index",
        caption="Offers",
        query=query.order_by(Offer.title),
        columns=(TITLE, AMOUNT, DAY, STATE, CHOOSE),
        people=None,
        form=form,
        fields=("title",),
        count=lambda: count_by_state(query, Offer.state),
        download="shelf.download",
        file_name="shelf",
        file_columns=(STATE, TITLE, AMOUNT, DAY),
        file_arguments={"title": form.title.data} if form.title.data else {},
    )


@pytest.fixture
def shelf(app):
    """A page and a file of one list, and a visitor who reads them in English."""
    bp = Blueprint("shelf", __name__)

    @bp.get("/shelf")
    @public
    def index() -> str:
        return render_template_string(PAGE, list=make_list())

    @bp.get("/shelf.<file_format>")
    @public
    def download(file_format: str) -> Response:
        return make_list().send(file_format)

    app.register_blueprint(bp)
    return Browser(app).use_language("en")


@pytest.fixture
def offers(make):
    organisation, category = make.organisation(), make.category()
    for number in range(30):
        make.offer(organisation, category, title=f"A{number:02}", capacity_per_month=number + 1)
    waiting = {"state": OfferState.SUBMITTED, "capacity_per_month": 7}
    return make.offer(organisation, category, title="B=1", **waiting)


@pytest.mark.parametrize(
    ("address", "count", "first", "rows", "tiles"),
    [
        ("/shelf", "31 found", "A00", 25, {"Open": 30, "Waiting for approval": 1}),
        ("/shelf?page=2", "31 found", "A25", 6, {"Open": 30, "Waiting for approval": 1}),
        ("/shelf?title=A2", "10 found", "A20", 10, {"Open": 10}),
        ("/shelf?title=B", "1 found", "B=1", 1, {"Waiting for approval": 1}),
    ],
)
def test_filters_make_count_page_and_file(shelf, offers, address, count, first, rows, tiles):
    page = shelf.client.get(address).text
    assert count in page
    assert page.count('<tr role="row">') == rows + 1
    assert f'data-label="Offer"><a href="/x/{first}">{first}</a></th>' in page
    for word, number in tiles.items():
        assert f">{word}</a></dt>" in page.split("<table")[0]
        assert f'<dd class="tile__value">{number}</dd>' in page
    assert page.count('class="tile"') == len(tiles)
    file = shelf.client.get(address.replace("/shelf", "/shelf.csv"))
    table = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert table[0] == ["State", "Offer", "Amount", "Last day"]
    assert len(table) - 1 == int(count.split()[0])


def test_a_cell_shows_what_its_column_says(shelf, offers):
    page = " ".join(shelf.client.get("/shelf?title=B").text.split())
    assert '<td role="cell" data-label="Amount" class="is-number">7 a month</td>' in page
    assert '<td role="cell" data-label="Last day"></td>' in page
    badge = page.split('data-label="State">')[1].split("</td>")[0]
    assert "badge-state--waiting" in badge
    assert badge.endswith(' <span class="text-soft">&lt;new&gt;</span>')
    assert 'value="B=1"' in page
    assert 'Tick<span class="visually-hidden"> it</span></label>' in page
    assert 'name="hidden"' not in page


def test_a_file_keeps_values_and_holds_no_formula(shelf, offers):
    file = shelf.client.get("/shelf.csv?title=B").data.decode("utf-8-sig").splitlines()
    assert file[1] == "submitted,B=1,7,"
    assert 'filename="shelf.csv"' in shelf.client.get("/shelf.csv").headers["Content-Disposition"]


def test_filters_go_along_to_the_next_page_and_the_file(shelf, offers):
    page = shelf.client.get("/shelf?title=A&_scheme=x&page=1").text
    assert 'href="/shelf?title=A&amp;page=2"' in page
    assert 'href="/shelf.xlsx?title=A"' in page
    assert 'href="/shelf?title=A&amp;state=open"' in page


def test_an_empty_list_says_why(shelf, make):
    assert "None yet" in shelf.client.get("/shelf").text
    assert "<form" not in shelf.client.get("/shelf").text  # nothing to narrow
    assert "None fits" in shelf.client.get("/shelf?title=Z").text
    assert 'href="/shelf">Clear filters' in shelf.client.get("/shelf?title=Z").text
    make.offer(make.organisation(), make.category(), title="A")
    assert "None fits" in shelf.client.get("/shelf?page=9").text


def test_a_portion_is_made_ready_at_once(context, make, monkeypatch):
    """A file asks for what its columns need once a portion, not once a row."""
    monkeypatch.setattr(lists, "_PORTION", 2)
    organisation, category = make.organisation(), make.category()
    for title in "abc":
        make.offer(organisation, category, title=title)
    portions = []

    def read(rows):
        portions.append(len(rows))
        return [SimpleNamespace(title=row.title.upper(), unit=unit) for row, unit in rows]

    listed = ListPage(
        endpoint="offers.index",
        caption="Offers",
        query=select(Offer, ServiceCategory.unit).join(Offer.category).order_by(Offer.title),
        columns=(),
        people=None,
        read=read,
        file_columns=(Column(header="Offer", read=lambda row: row.title),),
    )
    with context.test_request_context("/"):
        answer = listed.send("csv")
        assert [row.title for row in listed.rows] == ["A", "B", "C"]
        assert listed.found.total == 3
    assert answer.data.decode("utf-8-sig").split() == ["Offer", "A", "B", "C"]
    assert portions == [2, 1, 3]


def test_badges_stand_in_place_of_the_text():
    column = Column(header="x", read=lambda row: "None", badges=lambda row: row)
    assert column.make_cell([]).badges == ()
    assert column.make_cell([]).text == "None"
    assert column.make_cell([Badge("Good", "good")]).badges == (Badge("Good", "good"),)


@pytest.mark.parametrize(
    "states",
    [
        PromiseState,
        NeedState,
        OfferState,
        OrganisationState,
        RoundState,
        RunStatus,
        VolunteerState,
    ],
)
def test_every_state_has_a_tone(states):
    assert all(get_tone(state) for state in states)
