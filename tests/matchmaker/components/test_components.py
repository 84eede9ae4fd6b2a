import re

import pytest

FULL = {
    "title": "Visits",
    "phone": "6438 0000",
    "capacity": "12",
    "first_month": "2026-07",
    "kind": "people",
    "windows": ["WD-AM"],
    "consent": "y",
    "idempotency_key": "0" * 32,
}


def get_tag(page, pattern):
    tags = re.findall(pattern, page)
    assert len(tags) == 1, f"{pattern}: {tags}"
    return tags[0]


def test_every_label_names_its_control(visitor):
    page = visitor.get("gallery.form").text
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    controls = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
    ids = {
        re.search(r' id="([^"]+)"', control)[1]
        for control in controls
        if 'type="hidden"' not in control
    }
    assert ids == labelled


def test_a_hint_is_read_with_its_field(visitor):
    page = visitor.get("gallery.form").text
    assert 'aria-describedby="title-hint"' in get_tag(page, r'<input[^>]* id="title"[^>]*>')
    assert 'id="title-hint"' in page


def test_a_refused_field_says_so_to_every_sense(visitor):
    answer = visitor.submit("gallery.form", {})
    assert answer.status_code == 422
    control = get_tag(answer.text, r'<input[^>]* id="title"[^>]*>')
    assert 'aria-invalid="true"' in control
    assert 'aria-describedby="title-hint title-error"' in control
    assert "<title>Error: Post an offer · Leshan</title>" in answer.text


def test_the_error_summary_leads_to_every_refused_field(visitor):
    page = visitor.submit("gallery.form", {**FULL, "title": "", "kind": "", "windows": []}).text
    summary = re.search(r'<div class="error-summary".*?</div>', page, re.S)[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["title", "kind-0", "windows-0"]
    assert all(page.count(f' id="{target}"') == 1 for target in targets)
    assert 'role="alert" tabindex="-1"' in summary


def test_what_was_typed_comes_back(visitor):
    page = visitor.submit("gallery.form", {**FULL, "capacity": "many", "remarks": "<b>二楼"}).text
    for typed in ('value="many"', 'value="6438 0000"', "&lt;b&gt;二楼", 'value="' + "0" * 32):
        assert typed in page
    assert "data-draft-from-server" in page


def test_a_good_form_passes(visitor):
    answer = visitor.submit("gallery.form", FULL)
    assert answer.status_code == 200
    assert "error-summary" not in answer.text


def test_an_optional_field_says_that_it_is(visitor):
    page = visitor.get("gallery.form").text
    assert re.search(r"Money a month <span[^>]*>\(optional\)", page)
    assert not re.search(r"Name of the offer <span[^>]*>\(optional\)", page)
    assert not re.search(r"When does it suit\? <span[^>]*>\(optional\)", page)


def test_a_form_carries_each_hidden_field_once(visitor):
    form = re.search(r'<form[^>]*class="form".*?</form>', visitor.get("gallery.form").text, re.S)[0]
    names = re.findall(r'<input[^>]*name="([^"]+)"[^>]*type="hidden"', form)
    assert sorted(names) == ["csrf_token", "idempotency_key"]


def test_a_dangerous_step_asks_again_before_it_posts(visitor):
    page = visitor.get("gallery.form").text
    form = re.search(r'<form class="confirm.*?</form>', page, re.S)[0]
    assert "csrf_token" in form
    assert form.index("<summary") < form.index("cannot be undone") < form.index("<button")


def test_a_filter_keeps_what_was_asked_in_the_address(visitor):
    page = visitor.client.get("/gallery/list?name=Wang&kind=goods").text
    assert 'value="Wang"' in page
    assert "selected" in get_tag(page, r'<option[^>]* value="goods"[^>]*>')


def test_the_pages_of_a_list_keep_its_filters(visitor):
    page = visitor.get("gallery.table").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*page=[^"]*)"', page)]
    assert links == ["/gallery/list?kind=goods&page=1", "/gallery/list?kind=goods&page=3"]


def test_every_cell_of_a_stacked_table_carries_its_heading(visitor):
    page = visitor.get("gallery.table").text
    table = re.search(r"<table[^>]*data-table--stacked.*?</table>", page, re.S)[0]
    cells = re.findall(r'<t[hd][^>]*data-label="([^"]+)"', table)
    assert cells == ["Name", "State", "Units a month"] * 3
    assert "&lt;span" not in table


def test_a_state_has_a_word_and_a_shape(visitor):
    page = visitor.get("gallery.table").text
    badges = re.findall(r'<span class="badge-state badge-state--(\w+)">.*? d="([^"]+)"', page, re.S)
    assert len(dict(badges)) == len({shape for _, shape in badges}) == 7


def test_messages_are_spoken_by_screen_readers(visitor):
    page = visitor.get("gallery.table").text
    flashes = re.search(r'<div class="flashes" role="status">.*?</div>', page, re.S)[0]
    assert "The offer was saved." in flashes
    assert 'data-flash="success"' in flashes


@pytest.mark.parametrize("chart", ["coverage", "supply", "load"])
def test_a_chart_has_a_title_a_description_and_a_table(visitor, chart):
    page = visitor.get("gallery.drawings").text
    figure = re.search(rf'<figure class="chart" id="{chart}">.*?</figure>', page, re.S)[0]
    assert re.search(rf'role="img"[^>]*aria-labelledby="{chart}-title {chart}-desc"', figure)
    assert re.search(rf'<title id="{chart}-title">\S', figure)
    assert re.search(rf'<desc id="{chart}-desc">\S', figure)
    assert "<table" in figure


def test_ids_are_unique_on_every_page(visitor):
    for endpoint in ("form", "table", "drawings", "sheet"):
        ids = re.findall(r'\sid="([^"]+)"', visitor.get(f"gallery.{endpoint}").text)
        assert sorted(ids) == sorted(set(ids)), endpoint


def test_a_paper_page_has_its_own_head(visitor):
    page = visitor.get("gallery.sheet").text
    assert 'class="print-header print-only"' in page
    assert "Printed: 6 July 2026" in page
