"""The file of a published month that anyone may have: it proves the month and names nobody."""

import hashlib
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.bundles import find_bundle, find_public_name
from matchmaker.rounds.publish.public_file import make_files
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.solve import jobs, runs
from optimizer.checker.check import check_draw, judge
from optimizer.checker.verdict import Ruling
from optimizer.problem import Problem
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.second_month import SECOND_MONTH, freeze_second_month
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth, solve_here

FILE = {"month": MONTH, "office": "XJH", "file_format": "zip"}
_LOT = re.compile(r"[0-9a-f]{32}")


def read_zip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_question(run: m.RoundRun) -> dict[str, Any]:
    return json.loads(make_files(run)["question.json"])


def list_leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The path of every text, number and truth value of plain JSON."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, held in pairs:
            yield from list_leaves(held, (*path, key))
    else:
        yield path


def change(value: Any, path: tuple) -> Any:
    """The same JSON with another value at one place."""
    if not path:
        return {str: f"{value}0", bool: not value, type(None): "x"}.get(type(value)) or _add(value)
    copy = value.copy()
    copy[path[0]] = change(value[path[0]], path[1:])
    return copy


def _add(value: Any) -> Any:
    return value + 1 if isinstance(value, int) and not isinstance(value, bool) else False


def test_anyone_downloads_the_month_and_checks_it_on_a_bare_python(app, month, tmp_path):
    with app.app_context():
        month.publish()
        db.session.commit()
    stranger = Browser(app)
    page = stranger.get("results.show", month=MONTH).text
    answer = stranger.get("results.download", **FILE)
    again = stranger.client.get(
        answer.request.path, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert answer.headers["Content-Disposition"].endswith('"XJH-2026-07.zip"')
    assert hashlib.sha256(answer.data).hexdigest() in page
    files = read_zip(answer.data)
    sums = files.pop("SHA256SUMS").decode().splitlines()
    assert sums == [f"{hashlib.sha256(held).hexdigest()}  {name}" for name, held in files.items()]
    for name, held in files.items():
        (tmp_path / name).write_bytes(held)
    names = ("checker.pyz", "question.json", "answer.json", "draw.json")
    done = subprocess.run(
        [sys.executable, "-I", "-S", *names], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(b"proved")


def test_the_same_publication_gives_the_same_file(context, month):
    run = month.publish()
    assert make_files(run) == make_files(run)
    times = zipfile.ZipFile(io.BytesIO(find_bundle(run.match_round).content)).infolist()
    assert {entry.date_time for entry in times} == {(1980, 1, 1, 0, 0, 0)}


def test_only_a_publication_in_force_has_a_file(app, month):
    stranger = Browser(app)
    with app.app_context():
        month.solve()
        db.session.commit()
    assert stranger.get("results.download", **FILE).status_code == 404
    with app.app_context():
        month.publish_again()
        db.session.commit()
    assert stranger.get("results.download", **FILE).status_code == 200
    for other in ({"office": "OTHER"}, {"office": "x"}, {"month": SECOND_MONTH}):
        assert stranger.get("results.download", **{**FILE, **other}).status_code == 404
    with app.app_context():
        match_round = db.session.scalars(db.select(m.MatchRound)).one()
        publication.withdraw_publication(match_round, reason="slip", actor=month.one, now=NOW)
        db.session.commit()
        assert find_bundle(match_round) is None
    assert stranger.get("results.download", **FILE).status_code == 404
    with app.app_context():
        month.publish_again()
        db.session.commit()
    assert stranger.get("results.download", **FILE).status_code == 200


def test_a_month_of_the_first_policy_has_no_file_and_its_page_offers_none(app, make):
    with app.app_context():
        run = SmallMonth(make, policy="community/1").publish()
        db.session.commit()
        assert make_files(run) is None
        assert find_bundle(run.match_round) is None
    assert "checker.pyz" not in Browser(app).get("results.show", month=MONTH).text


def solve_second(make) -> m.RoundRun:
    """A run of a month with every kind of row."""
    match_round = freeze_second_month(make, "community/2")
    actor = db.session.get_one(m.User, match_round.opened_by_id)
    run = runs.start_run(match_round, limit_seconds=60, actor=actor, now=NOW)
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
    runs.finish_run(run, solve_here(run), now=NOW)
    return run


def list_canaries() -> set[str]:
    """Every name, address, reference and code that the office has."""
    found: set[str] = set()
    for model in (m.Resident, m.Household, m.Need, m.Volunteer, m.Pairing):
        for row in db.session.scalars(db.select(model)):
            found |= {row.reference, getattr(row, "name", ""), getattr(row, "address", "")}
            found |= {getattr(row, "lot", "")}
    for named in (m.Organisation, m.Committee, m.ServiceCategory):
        found |= {row.code for row in db.session.scalars(db.select(named))}
        found |= {row.name_zh for row in db.session.scalars(db.select(named))}
    found |= {kind.value for kind in m.StatusKind} | {kind.value for kind in m.Qualification}
    found |= {row.naming_key for row in db.session.scalars(db.select(m.Subdistrict))}
    return found - {"", None}


def test_no_name_reference_code_or_status_is_in_the_file(context, make):
    run = solve_second(make)
    canaries = list_canaries()
    assert any(name in run.problem_json for name in canaries)  # they would be found
    files = make_files(run)
    for name in ("question.json", "answer.json", "draw.json", "README.txt"):
        text = files[name].decode()
        assert [name for name in canaries if name in text] == []
    verdict = judge(json.loads(files["question.json"]), json.loads(files["answer.json"]))
    assert verdict.ruling is Ruling.PROVED


# What whoever knows a need from elsewhere learns of it: SECURITY.md names the same.
LEARNED = {
    *("id", "recipient", "category", "area", "groups", "requires", "statuses", "status_days"),
    *("slots", "days", "people", "quantity", "least", "tier", "waiting", "points", "duty"),
}
NAMES = ("id", "recipient", "category", "area", "requires", "statuses")


def test_a_need_says_no_more_than_is_promised(context, make):
    asked = read_question(solve_second(make))
    for need in asked["needs"]:
        assert need.keys() <= LEARNED
        values = [need[name] for name in NAMES if name in need] + [*need.get("groups", {}).values()]
        names = [part for value in values for part in (value if type(value) is list else [value])]
        assert [name for name in names if not _LOT.fullmatch(name)] == []
    stocks = {row["id"]: row for row in asked["stocks"]}
    for need in asked["needs"]:  # a status is nothing but an offer that may serve
        assert {stocks[name]["category"] for name in need.get("statuses", ())} <= {need["category"]}


def test_who_asked_finds_the_request_and_where_it_is_checked(app, make, month):
    """The page of a need says its name in the file; joined requests have the name of their row."""
    with app.app_context():
        run = month.publish()
        db.session.commit()
        asked = json.loads(make_files(run)["question.json"])
        known = {need["id"]: need["recipient"] for need in asked["needs"]}
        need = db.session.get_one(m.Need, month.needs[1].id)
        query = db.select(m.NeedOutcome).filter_by(need_id=need.id)
        outcome = db.session.scalars(query).one()
        name = find_public_name(outcome)
        assert known[name.ask] == name.home
    resident = make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    page = Browser(app).sign_in(resident).get("needs.follow", need_id=month.needs[1].id).text
    assert name.ask in page
    assert name.home in page
    assert "/results/2026-07/XJH/#check" in page


def test_a_home_in_which_several_asked_is_not_named_to_one_of_them(context, make):
    month = SmallMonth(make)
    home = month.residents[1].household_id
    second = make.resident(make.get(m.Household, home))
    make.need(second, month.goods, month.first, month.committees[2].id)
    month.publish()
    outcomes = db.session.scalars(db.select(m.NeedOutcome)).all()
    names = {row.need.resident_id: find_public_name(row) for row in outcomes}
    alone = month.residents[2].id
    assert [names[second.id].home, names[month.residents[1].id].home] == [None, None]
    assert names[alone].home is not None


def test_nothing_of_one_month_is_found_in_another(context, make):
    match_round = freeze_second_month(make, "community/2")
    rounds = db.session.scalars(db.select(m.MatchRound).order_by(m.MatchRound.month)).all()
    first, second = (read_snapshot(row) for row in rounds)
    assert rounds[1] is match_round
    shared = {row.lot for row in first.needs} & {row.lot for row in second.needs}
    assert shared  # some needs are in both months
    texts = []
    for snapshot in (first, second):
        problem = make_problem(snapshot, "5eed")
        lots = {row.lot for name in ("stocks", "people", "needs") for row in getattr(problem, name)}
        lots |= {need.recipient for need in problem.needs} | set(problem.lots.values())
        texts.append(lots)
    assert not texts[0] & texts[1]


def test_which_status_somebody_has_changes_no_byte(context, make):
    """Two statuses that let the same offers serve are one and the same in what is published."""
    run = solve_second(make)
    problem = Problem.from_json(json.loads(run.problem_json))
    offered = {status for stock in problem.stocks for status in stock.statuses}
    assert {"low_income", "disabled"} <= offered
    written = []
    for status in ("low_income", "disabled"):
        needs = tuple(
            replace(need, statuses=(status,), status_days={}) if need.statuses else need
            for need in problem.needs
        )
        run.problem_json = json.dumps(replace(problem, needs=needs).to_json())
        written.append(make_files(run)["question.json"])
    assert written[0] == written[1]


@pytest.mark.parametrize("block", range(10))
@pytest.mark.one_in(10)
def test_every_changed_field_is_noticed(context, make, block):
    """A hundred changes of one value each: the checker alone refuses every one."""
    run = solve_second(make)
    files = make_files(run)
    names = ("question.json", "answer.json", "draw.json")
    plain = {name: json.loads(files[name]) for name in names}
    leaves = [
        (name, path)
        for name in names
        for path in list_leaves(plain[name])
        if name != "draw.json" or path[0] in ("list_sha256", "public_value")
    ]
    for name, path in random.Random(block).sample(leaves, min(100, len(leaves))):
        changed = {**plain, name: change(plain[name], path)}
        draw = check_draw(changed["question.json"], changed["draw.json"])
        verdict = judge(changed["question.json"], changed["answer.json"])
        assert draw is not None or verdict.ruling is not Ruling.PROVED, (name, path)
