"""A photo as a proof of help: encoded anew, seen by few with a record, deleted in time."""

import io
import struct
import zlib
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering, photos
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import InvalidError, NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.commands.serve import do_all_due
from matchmaker.models.limits import MOST_PHOTO_BYTES
from matchmaker.needs import follow_ups
from tests.browser import Browser
from tests.factories import NOW
from tests.photos import PLACE, make_photo
from tests.worlds import kept

JULY = date(2026, 7, 1)
EVENING = get_instant(date(2026, 7, 31), 20 * 60)
PHOTO = m.DeliveryProof.PHOTO


def make_bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has ``side`` x ``side`` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(10_000))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


class TestEncodedAnew:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_it_is_a_jpeg_without_metadata(self, kind):
        sent = make_photo(kind=kind)
        assert PLACE in sent
        made = photos.encode_anew(sent)
        with Image.open(io.BytesIO(made)) as found:
            assert (found.format, found.size, dict(found.getexif())) == ("JPEG", (40, 30), {})
        assert PLACE not in made

    def test_it_is_upright(self):
        with Image.open(
            io.BytesIO(photos.encode_anew(make_photo(40, 30, on_its_side=True)))
        ) as found:
            assert found.size == (30, 40)
            red, _green, blue = found.getpixel((25, 20))
            assert red > blue, "what was above is on the right"

    @pytest.mark.parametrize(("width", "height"), [(4000, 1000), (1000, 4000), (1601, 10)])
    def test_no_side_is_longer_than_the_limit(self, width, height):
        with Image.open(io.BytesIO(photos.encode_anew(make_photo(width, height)))) as found:
            assert max(found.size) == photos.LONGEST_SIDE

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (b"", "photo.missing"),
            (b"%PDF-1.7 no photo", "photo.unreadable"),
            (make_photo()[:200], "photo.unreadable"),
            (b"GIF89a" + bytes(50), "photo.unreadable"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.unreadable"),
            (bytes(MOST_PHOTO_BYTES + 1), "photo.bytes"),
            (make_bomb(7_000), "photo.pixels"),
            (make_bomb(60_000), "photo.pixels"),
        ],
    )
    def test_what_is_no_photo_or_too_large_is_refused_at_the_field(self, sent, code):
        with pytest.raises(InvalidError) as caught:
            photos.encode_anew(sent)
        assert (caught.value.code, caught.value.field) == (code, "photo")


@pytest.fixture
@kept
def month(world):
    world.one = world.ask()
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def visitor(make, month):
    return make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteer.id)


@pytest.fixture
def worker(make, month):
    return make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)


@pytest.fixture
@kept
def agreed(app, month, giver, counter):
    """The id of the agreed visit."""
    with app.app_context():
        row = find_row(month)
        answering.accept(actor=db.session.merge(giver), promise_ids=[row.id], now=NOW)
        agreeing.agree(actor=db.session.merge(counter), promise_id=row.id, now=NOW)
        db.session.commit()
        return row.id


def find_row(month) -> m.Promise:
    return db.session.scalars(select(m.Promise).filter_by(need_id=month.one.id)).one()


def report(actor, promise_id: int, sent: bytes | None = None) -> None:
    photo = make_photo() if sent is None else sent
    done: dict[str, Any] = {"units": 1, "proof": PHOTO, "code": "", "photo": photo, "now": EVENING}
    delivering.deliver(actor=actor, promise_id=promise_id, **done)


def look(actor, promise_id: int, now=EVENING) -> bytes:
    return photos.look(actor=actor, promise_id=promise_id, now=now)


@pytest.mark.both_databases
@pytest.mark.usefixtures("agreed", "context")
class TestSeen:
    def test_who_sent_it_looks_on_record_and_others_do_not(
        self, month, make, agreed, visitor, giver, counter, worker
    ):
        report(visitor, agreed)
        with Image.open(io.BytesIO(look(visitor, agreed))) as found:
            assert found.format == "JPEG"
        [event] = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "photo.look")
        )
        assert event.actor_id == visitor.id
        assert event.on_behalf_of_id == month.one.resident_id
        for other in (giver, counter, worker, make.user(m.Role.ADMINISTRATOR)):
            with pytest.raises(NotFoundError):
                look(other, agreed)

    def test_the_worker_who_answers_the_complaint_looks_and_no_colleague(
        self, month, make, agreed, visitor, counter, worker
    ):
        report(visitor, agreed)
        said = {"face": m.Face.BAD, "words": "Nobody came.", "wants_call": True, "now": EVENING}
        delivering.feed_back(actor=counter, promise_id=agreed, **said)
        [asked] = db.session.scalars(select(m.FollowUp))
        with pytest.raises(NotFoundError):
            look(worker, agreed)
        follow_ups.take(actor=worker, follow_up_id=asked.id, now=EVENING)
        assert look(worker, agreed)
        colleague = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
        with pytest.raises(NotFoundError):
            look(colleague, agreed)

    def test_a_day_has_a_limit(self, agreed, visitor, monkeypatch):
        monkeypatch.setattr(photos, "LOOKS_PER_DAY", 2)
        report(visitor, agreed)
        for _ in range(2):
            look(visitor, agreed)
        with pytest.raises(ThrottledError):
            look(visitor, agreed)
        assert look(visitor, agreed, EVENING + timedelta(days=1))

    def test_it_is_encrypted_in_the_database(self, agreed, visitor):
        report(visitor, agreed)
        stored = db.session.scalar(text("SELECT content FROM delivery_photo"))
        assert b"JFIF" in look(visitor, agreed)
        assert b"JFIF" not in bytes(stored)

    def test_it_goes_with_the_report(self, agreed, visitor):
        report(visitor, agreed)
        delivering.correct(actor=visitor, promise_id=agreed, now=EVENING)
        assert db.session.scalars(select(m.DeliveryPhoto)).all() == []
        report(visitor, agreed)

    def test_it_is_deleted_after_ninety_days(self, agreed, visitor):
        report(visitor, agreed)
        db.session.commit()
        last = EVENING + photos.KEPT_FOR
        assert photos.forget_old_photos(last - timedelta(seconds=1)) == 0
        assert "photos: deleted 1" in do_all_due(last)
        with pytest.raises(NotFoundError):
            look(visitor, agreed, last)
        assert db.session.get_one(m.Promise, agreed).proof is PHOTO

    def test_without_a_photo_nothing_is_reported(self, agreed, visitor):
        with pytest.raises(InvalidError):
            report(visitor, agreed, b"")
        assert db.session.get_one(m.Promise, agreed).state is m.PromiseState.CONFIRMED


# The pages.


@pytest.fixture
def late(monkeypatch):
    for name in ("agree_views", "answer_views", "report_views", "photo_views"):
        monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: EVENING)


def send(browser: Browser, promise_id: int, content: bytes | None, key: str = "a" * 32):
    on = browser.get_url("assignments.visit", promise_id=promise_id)
    data: dict[str, Any] = {"idempotency_key": key, "units": "1", "proof": "photo"}
    if content is not None:
        data["photo"] = (io.BytesIO(content), "IMG_0001.jpg")
    return browser.submit("assignments.report_done", data, on=on, promise_id=promise_id)


@pytest.mark.usefixtures("late")
def test_a_volunteer_sends_a_photo_and_looks_at_it(app, agreed, visitor, monkeypatch):
    monkeypatch.setattr(photos, "MOST_PHOTO_BYTES", 100_000)
    browser = Browser(app).sign_in(visitor).use_language("en")
    page = browser.get("assignments.visit", promise_id=agreed).text
    assert 'enctype="multipart/form-data"' in page
    for content, sentence in (
        (None, "Choose a photo."),
        (b"no photo", "This is no photo that can be read."),
        (bytes(100_001), "This photo is too large."),
        (make_bomb(7_000), "This photo has too many dots."),
    ):
        answer = send(browser, agreed, content)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert send(browser, agreed, make_photo(), "b" * 32).status_code == 303
    page = browser.get("assignments.visit", promise_id=agreed)
    assert "Look at the photo" in page.text
    on = browser.get_url("assignments.visit", promise_id=agreed)
    shown = browser.submit("assignments.look_at_photo", {}, on=on, promise_id=agreed)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert "no-store" in shown.headers["Cache-Control"]


@pytest.mark.usefixtures("late")
def test_no_other_page_takes_so_much(app, agreed, visitor, monkeypatch):
    monkeypatch.setattr("matchmaker.LARGEST_UPLOAD", 200_000)
    app.config["MAX_CONTENT_LENGTH"] = 50_000
    browser = Browser(app).sign_in(visitor).use_language("en")
    assert send(browser, agreed, bytes(210_000)).status_code == 413
    assert send(browser, agreed, bytes(100_000)).status_code == 422
    on = browser.get_url("assignments.visit", promise_id=agreed)
    data = {"reason": "weather", "photo": (io.BytesIO(bytes(100_000)), "a.jpg")}
    answer = browser.submit("assignments.report_failed", data, on=on, promise_id=agreed)
    assert answer.status_code == 413
