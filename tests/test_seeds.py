"""The seeds say what the street office said, and nothing that contradicts itself."""

import re

import pytest

from matchmaker.catalogue import SEEDS_DIR, read_seed, split_cell
from matchmaker.kinds import KIND_RULES
from matchmaker.models import OfferKind, OrganisationKind, Qualification, StatusKind

FILES = sorted(path.stem for path in SEEDS_DIR.glob("*.csv"))
CHINESE = re.compile("[\u4e00-\u9fff]")
UNITS_TABLE = "| kind | units | what a resident is asked |"


def read(name):
    return read_seed(SEEDS_DIR, name)


def list_givers():
    return read("organisations") + read("enterprises")


def test_there_are_55_organisations_and_16_enterprises_all_different():
    assert (len(read("organisations")), len(read("enterprises"))) == (55, 16)
    for column in ("code", "name_zh", "name_en"):
        assert len({row[column] for row in list_givers()}) == 71, column


def test_33_units_run_long_programmes():
    assert sum(row["programmes"] != "" for row in list_givers()) == 33


def test_29_committees_have_a_counter_and_list_over_6000_households():
    rows = read("committees")
    assert len({row["code"] for row in rows}) == len(rows) == 29
    assert all(row["has_counter"] == "yes" for row in rows)
    sizes = [int(row["households_listed"]) for row in rows]
    assert sum(sizes) > 6000
    assert max(sizes) > 5 * min(sizes), "committees are of unequal size"


def test_the_mix_asks_for_1670_needs_and_67_lift_subsidies():
    needs = {row["category_code"]: int(row["needs"]) for row in read("demo_mix")}
    assert sum(needs.values()) == 1670
    assert needs["lift_subsidy"] == 67


@pytest.mark.parametrize("name", FILES)
def test_codes_are_unique(name):
    rows = read(name)
    key = "code" if "code" in rows[0] else "category_code"
    codes = [row[key] for row in rows]
    if name != "demo_words":
        assert len(codes) == len(set(codes))
    assert all(code == code.strip() != "" for code in codes)


@pytest.mark.parametrize("name", FILES)
def test_both_languages_are_complete(name):
    for row in read(name):
        for column, text in row.items():
            if column.endswith("_zh"):
                assert CHINESE.search(text), (row, column)
            if column.endswith("_en"):
                assert text, (row, column)
                assert not CHINESE.search(text), (row, column)


@pytest.mark.parametrize("name", ["committees", "organisations", "enterprises", "places"])
def test_every_invented_name_is_marked(name):
    assert {row["is_demo"] for row in read(name)} == {"yes"}


def test_the_catalogue_has_two_levels_and_known_words():
    rows = read("catalogue")
    headings = {row["code"] for row in rows if not row["parent_code"]}
    assert {row["parent_code"] for row in rows if row["parent_code"]} == headings
    assert {row["kind"] for row in rows} == set(OfferKind)
    assert {row["qualification"] for row in rows} == {*Qualification, ""}
    assert all(int(row["points"]) >= 1 and int(row["people_per_visit"]) >= 1 for row in rows)


def test_the_catalogue_fits_its_columns():
    for row in read("catalogue"):
        assert len(row["code"]) <= 40
        assert len(row["unit"]) <= 20
        assert len(row["name_zh"]) <= 80
        assert len(row["name_en"]) <= 120


def test_every_category_is_asked_for_offered_and_put_in_words():
    categories = {row["code"] for row in read("catalogue") if row["parent_code"]}
    assert {row["category_code"] for row in read("demo_mix")} == categories
    assert {row["category_code"] for row in read("demo_words")} == categories
    given = {code for row in list_givers() for code in split_cell(row["gives"])}
    assert given == categories


def test_organisations_are_of_known_kinds():
    assert {row["kind"] for row in read("organisations")} == set(OrganisationKind)


def test_agreements_are_signed_before_they_start_and_end_later():
    for row in read("enterprises"):
        assert row["signed_on"] <= row["starts_on"] < row["ends_on"]
        assert row["renewal"] in {"automatic", "by_review"}


def test_offers_are_restricted_to_known_statuses():
    named = {s for row in read("demo_mix") for s in split_cell(row["offer_statuses"])}
    assert named <= set(StatusKind)


def test_a_row_of_the_wrong_length_is_refused_by_line(tmp_path):
    (tmp_path / "short.csv").write_text("code,name_zh\nA,甲\nB\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"short\.csv, line 3"):
        read_seed(tmp_path, "short")


def test_the_readme_lists_the_units_of_each_kind():
    wrong = find_wrong_rows((SEEDS_DIR / "README.md").read_text(encoding="utf-8"))
    assert wrong == [], f"mend these rows of the table {UNITS_TABLE} in seeds/README.md"


def find_wrong_rows(text: str) -> list[str]:
    """Rows that the table of units lacks, or that have other units; rows of no kind."""
    rows = text.partition(UNITS_TABLE)[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (\w+) \| ([^|]*) \|", rows, re.MULTILINE)
    listed = {kind: set(re.findall(r"\w+", units)) for kind, units in cells}
    wanted = {kind.value: rules.units for kind, rules in KIND_RULES.items()}
    return [
        *(f"| {kind} | {', '.join(units)} | … |" for kind, units in wanted.items()
          if listed.get(kind) != set(units)),
        *(f"{kind} is no kind" for kind in listed if kind not in wanted),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "instead", "named"),
    [
        ("| goods | item | x |\n", "", "| goods | item | … |"),
        ("| goods | item |", "| goods | item, fen |", "| goods | item | … |"),
        ("| goods | item |", "| food | meal | x |\n| goods | item |", "food is no kind"),
    ],
)
def test_a_wrong_row_of_the_units_table_is_named(row, instead, named):
    rows = (f"| {kind} | {', '.join(rules.units)} | x |" for kind, rules in KIND_RULES.items())
    text = "\n".join([UNITS_TABLE, "|---|---|---|", *rows])
    assert find_wrong_rows(text) == []
    assert find_wrong_rows(text.replace(row, instead)) == [named]


def test_each_column_is_explained_in_the_readme():
    text = (SEEDS_DIR / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        for column in read(name)[0]:
            assert column in text, f"{name}.csv: {column}"
