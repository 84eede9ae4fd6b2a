"""Packs of months: asked for on a page, made by the worker, taken once the purpose is said."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaker import models as m
from matchmaker.base.clock import get_now
from matchmaker.base.database import writing_if_free
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.commands.serve import do_all_due
from matchmaker.packs import files
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import jobs, packs
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.packs.packs_in_hand import (
    ALL_PARTS,
    PackMonth,
    ask_for_pack,
    make_pack,
    take_files,
    work_on_packs,
)
from tests.matchmaker.two_at_once import act_at_once
from tests.worlds import kept


@pytest.fixture
@kept
def world(make):
    return PackMonth(make)


@pytest.fixture
def worker(app, world):
    return Browser(app).sign_in(world.worker).use_language("en")


def list_events(app) -> list[str]:
    """The steps on record that are about packs and lists, in order."""
    with app.app_context():
        query = select(m.AuditEvent.action).order_by(m.AuditEvent.id)
        found = db.session.scalars(query).all()
        return [name for name in found if name.startswith(("pack.", "list."))]


def read_page(browser: Browser) -> str:
    answer = browser.get("packs.index")
    assert answer.status_code == 200
    return answer.text


def get_job(app, pack_id: int) -> m.Job:
    with app.app_context():
        return packs.get_pack_job(db.session.get_one(m.MonthPack, pack_id))


@pytest.mark.both_databases
def test_a_pack_is_asked_for_made_and_taken(app, world, worker):
    assert worker.get_url("packs.index") in worker.get("rounds.index").text
    assert "No pack" not in read_page(worker)
    assert ask_for_pack(worker).status_code == 303
    assert "Waiting for a worker" in read_page(worker)
    work_on_packs(app)
    page = read_page(worker)
    assert worker.get_url("packs.download", pack_id=1, file_format="zip") in page
    assert "see what became of it" in worker.get("packs.progress", pack_id=1).text.lower()

    files = take_files(worker, 1)
    tops = {name.partition("/")[0] for name in files}
    assert tops == {"README.txt", "workbook.xlsx", "report.html", "sheets", "texts", "proof"}
    assert list_events(app) == ["pack.ask", "pack.finish", "list.take"]
    with app.app_context():
        [taken] = db.session.scalars(select(m.ListDisclosure))
        assert (taken.kind, taken.persons) == (m.ListKind.PACK, len(world.needs))
        [notice] = db.session.scalars(select(m.Notice).where(m.Notice.kind == "pack.finished"))
        assert notice.user_id == world.worker.id


def test_the_proof_is_the_public_file_of_the_month(app, world, worker):
    pack_id = make_pack(app, worker, parts=["proof"])
    values = {"month": world.make.get(m.MatchRound, 1).month, "file_format": "zip"}
    public = worker.get("results.download", office=world.subdistrict.code, **values)
    assert take_files(worker, pack_id)["proof/2026-07.zip"] == public.data


def test_a_pack_has_only_the_parts_that_were_ticked(app, worker):
    pack_id = make_pack(app, worker, parts=["report"])
    assert sorted(take_files(worker, pack_id)) == ["README.txt", "report.html"]
    with app.app_context():  # nobody is named in it, by reference either
        [taken] = db.session.scalars(select(m.ListDisclosure))
        assert taken.persons == 0


def test_nothing_leaves_before_the_purpose_is_said(app, worker):
    pack_id = make_pack(app, worker)
    answer = worker.get("packs.download", pack_id=pack_id, file_format="zip")
    assert answer.mimetype == "text/html"
    assert "What is the list for?" in answer.text
    assert "list.take" not in list_events(app)


def test_the_file_lies_encrypted_in_the_database(app, world, worker):
    pack_id = make_pack(app, worker)
    with app.app_context():
        query = text("SELECT content, size FROM month_pack WHERE id = :id")
        stored, size = db.session.execute(query, {"id": pack_id}).one()
        content = db.session.get_one(m.MonthPack, pack_id).content
    assert content[:2] == b"PK"
    assert size == len(content)
    assert content[:64] not in bytes(stored)
    assert bytes(stored)[:5] == b"gAAAA"  # as the other encrypted columns begin


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": "2026-06"}, "from the list"),
        ({"parts": []}, "Tick at least one part."),
        ({"parts": ["everything"]}, "from the list"),
        ({"language": "tlh"}, "from the list"),
        ({"first": ""}, "Choose the month."),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_its_field(worker, changes, sentence):
    answer = ask_for_pack(worker, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_months_in_the_wrong_order_or_too_many_are_refused(app, world):
    with app.app_context():
        actor = db.session.get_one(m.User, world.worker.id)
        month = world.month.month
        for first, last, code in (
            (month, month.replace(month=6), "pack.months_reversed"),
            (month, month.replace(year=month.year + 1), "pack.too_many_months"),
            (month.replace(month=9), month.replace(month=9), "pack.nothing_published"),
        ):
            wish = packs.PackWish(first, last, [m.PackPart.REPORT], "en")
            with pytest.raises(packs.InvalidError) as refused:
                packs.ask_for_pack(wish, actor=actor, now=NOW)
            assert refused.value.code == code
            assert refused.value.field == "last"


def test_one_pack_of_an_office_is_made_at_a_time_and_can_be_cancelled(app, worker):
    ask_for_pack(worker)
    page = worker.client.get(worker.get_url("rounds.open_round"))  # a page with a token
    assert page.status_code == 200
    second = worker.submit(
        "packs.index",
        {"first": "2026-07", "last": "2026-07", "parts": ALL_PARTS, "language": "en"},
        on=worker.get_url("rounds.open_round"),
    )
    assert second.status_code == 409
    on = worker.get_url("packs.index")
    assert worker.submit("packs.cancel", {}, on=on, pack_id=1).status_code == 303
    work_on_packs(app)
    assert get_job(app, 1).state is m.JobState.CANCELLED
    assert list_events(app) == ["pack.ask", "pack.cancel"]
    assert make_pack(app, worker) == 2


def test_a_pack_cancelled_while_it_is_made_is_left_alone(app, worker, monkeypatch):
    ask_for_pack(worker)

    def cancel_meanwhile(made):
        with app.app_context():
            pack = db.session.get_one(m.MonthPack, 1)
            packs.cancel_pack(pack, actor=pack.asked_by, now=NOW)
            db.session.commit()
        yield "report.html", "never seen"

    monkeypatch.setitem(files._PARTS, m.PackPart.WORKBOOK, cancel_meanwhile)
    work_on_packs(app)
    with app.app_context():
        assert db.session.get_one(m.MonthPack, 1).size is None
    assert get_job(app, 1).state is m.JobState.CANCELLED


def test_the_worker_saves_how_far_it_is(app, worker, monkeypatch):
    ask_for_pack(worker)
    seen: list[tuple] = []

    def look(_made):
        job = get_job(app, 1)
        seen.append((job.stage, job.stages_done, job.stages_total))
        yield "report.html", ""

    monkeypatch.setattr("matchmaker.rounds.solve.worker.RENEW_SECONDS", 0)
    monkeypatch.setitem(files._PARTS, m.PackPart.REPORT, look)
    work_on_packs(app)
    assert seen == [("report", 1, len(ALL_PARTS))]


def test_others_write_while_a_pack_is_made(app, world, worker, monkeypatch):
    """The long read of the worker holds no lock that keeps the site from writing."""
    ask_for_pack(worker)

    def write(_made):
        with writing_if_free(), Session(db.engine) as other, other.begin():
            other.get_one(m.User, world.second.id).name = "Wu Three"
        yield "workbook.xlsx", ""

    monkeypatch.setitem(files._PARTS, m.PackPart.WORKBOOK, write)
    work_on_packs(app)
    assert get_job(app, 1).state is m.JobState.DONE
    with app.app_context():
        assert db.session.get_one(m.User, world.second.id).name == "Wu Three"


@pytest.mark.parametrize(
    ("name", "value", "code", "sentence"),
    [
        ("MOST_BYTES", 100, packs.TOO_LARGE, "too large"),
        ("list_rounds_of", lambda _pack: [], packs.OUTDATED, "withdrawn"),
        ("list_rounds_of", lambda _pack: 1 / 0, packs.BROKEN, "could not be made"),
    ],
)
def test_a_pack_that_cannot_be_made_says_why(app, worker, monkeypatch, name, value, code, sentence):
    monkeypatch.setattr(packs, name, value)
    pack_id = make_pack(app, worker)
    assert get_job(app, pack_id).error == code
    assert sentence in read_page(worker)
    answer = worker.get("packs.download", pack_id=pack_id, file_format="zip")
    assert answer.status_code == 404
    monkeypatch.undo()
    assert make_pack(app, worker) == pack_id + 1


def test_a_pack_whose_worker_dies_again_and_again_is_given_up(app, worker):
    ask_for_pack(worker)
    with app.app_context():
        job = db.session.get_one(m.Job, get_job(app, 1).id)
        job.tries = jobs.MOST_JOB_TRIES
        db.session.commit()
    work_on_packs(app)
    assert get_job(app, 1).error == packs.TOO_MANY_TRIES
    assert "stopped five times" in read_page(worker)


def test_files_are_deleted_in_time_and_the_row_stays(app, worker):
    pack_id = make_pack(app, worker)
    before = get_now() + packs.KEPT_FOR
    with app.app_context():
        assert "packs: deleted 0" in do_all_due(before - timedelta(days=1))
        assert "packs: deleted 1" in do_all_due(before)
        pack = db.session.get_one(m.MonthPack, pack_id)
        assert pack.content is None
        assert pack.size > 0
    assert "Deleted on" in read_page(worker)
    answer = worker.get("packs.download", pack_id=pack_id, file_format="zip")
    assert answer.status_code == 404
    assert list_events(app)[-1] == "pack.remove"


@pytest.mark.both_databases
def test_two_workers_delete_a_file_once(app, worker):
    make_pack(app, worker)
    over = get_now() + packs.KEPT_FOR
    act_at_once(app, *[lambda: packs.forget_old_packs(over)] * 2)
    assert list_events(app).count("pack.remove") == 1


def test_an_office_keeps_a_few_files_and_the_oldest_goes(app, worker, monkeypatch):
    monkeypatch.setattr(packs, "MOST_KEPT", 2)
    ids = [make_pack(app, worker, parts=["texts"]) for _number in range(3)]
    with app.app_context():
        kept = [db.session.get_one(m.MonthPack, row).has_file for row in ids]
    assert kept == [False, True, True]


def test_another_office_cannot_see_a_pack(app, make, worker):
    pack_id = make_pack(app, worker)
    other = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    stranger = Browser(app).sign_in(other).use_language("en")
    assert "No month is published yet" in read_page(stranger)
    values = {"pack_id": pack_id}
    assert stranger.get("packs.progress", **values).status_code == 404
    assert stranger.get("packs.download", file_format="zip", **values).status_code == 404


def test_a_pack_of_a_withdrawn_month_is_not_handed_out(app, world, worker):
    pack_id = make_pack(app, worker)
    with app.app_context():
        publication.withdraw_publication(
            world.month, reason="x", actor=world.act(world.worker), now=NOW
        )
        pack = db.session.get_one(m.MonthPack, pack_id)
        with pytest.raises(ConflictError, match=r"pack\.outdated"):
            packs.get_file(pack)
        db.session.commit()
    answer = worker.get("packs.download", pack_id=pack_id, file_format="zip")
    assert answer.status_code == 409
    assert "was withdrawn since" in answer.text
    page = read_page(worker)
    assert "A month in it was withdrawn" in page
    assert "Download (" not in page


def test_the_details_of_the_steps_have_codes_and_numbers_only(app, worker):
    make_pack(app, worker)
    with app.app_context():
        query = select(m.AuditEvent).where(m.AuditEvent.action.like("pack.%"))
        found = {row.action: row.details for row in db.session.scalars(query)}
    assert found["pack.ask"] == {
        "first_month": "2026-07",
        "last_month": "2026-07",
        "parts": ALL_PARTS,
        "language": "en",
    }
    assert json.dumps(found["pack.finish"]).startswith('{"size":')
