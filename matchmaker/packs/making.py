"""Make the file of a pack: what the worker does with a job of that kind.

It only reads while it makes, without keeping anybody from writing, and saves the file at the end.
A pack that is cancelled meanwhile, or whose lease is lost, is left as it is.
"""

import logging

from sqlalchemy.exc import OperationalError

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.database import reading, writing
from matchmaker.base.extensions import db
from matchmaker.models import Job, MonthPack, PackPart
from matchmaker.packs.contents import read_month
from matchmaker.packs.files import PackFailedError, make_zip
from matchmaker.rounds.solve import packs
from matchmaker.rounds.solve.jobs import Hold, save_held
from matchmaker.rounds.solve.worker import Beat

logger = logging.getLogger("matchmaker.packs")


class PackStoppedError(Exception):
    """The pack is not to be made any more, or not by this worker."""


def make_held_pack(hold: Hold, beat: Beat) -> None:
    """Make the file of the held job's pack and save it, or save why there is none."""
    content, error = b"", None
    try:
        content = make_file(hold.job_id, beat)
    except PackStoppedError:
        return
    except PackFailedError as failure:
        error = str(failure)
    except OperationalError:
        raise  # the database is away: the lease ends, and the job is done again
    except Exception:
        logger.exception("a pack could not be made", extra={"job": hold.job_id})
        error = packs.BROKEN

    def save(job: Job) -> None:
        if error:
            packs.fail_pack(_get_pack(job), error, now=get_now())
        else:
            packs.finish_pack(_get_pack(job), content, now=get_now())

    save_held(hold, save)


def make_file(job_id: int, beat: Beat) -> bytes:
    """Return the ZIP file of a job's pack.

    Raises ``PackFailedError`` if it is too large or a publication was withdrawn, and
    ``PackStoppedError`` once ``beat`` says no.
    """
    try:
        with reading():
            pack = _get_pack(db.session.get_one(Job, job_id))
            rounds, today = packs.list_rounds_of(pack), get_local_date(get_now())
            if not rounds:
                raise PackFailedError(packs.OUTDATED)
            months = [read_month(row, today) for row in rounds]
            return make_zip(pack, months, lambda *part: _go_on(beat, *part))
    finally:
        db.session.rollback()  # ends the read, so that the next transaction may write


def _go_on(beat: Beat, part: PackPart, done: int, total: int) -> None:
    with writing():
        if not beat(part.value, done, total):
            raise PackStoppedError


def _get_pack(job: Job) -> MonthPack:
    assert job.pack is not None  # noqa: S101 (a job of this kind has a pack)
    return job.pack
