"""A published month as one file that anyone may have and check: no name, address or reference.

Question and answer use the lots of the month as names (``lots.py``). With this file and a Python
anyone can check what the certificate proves: that no answer is better by the published rules.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping

from flask_babel import force_locale
from flask_babel import gettext as _

from matchmaker.models import MatchRound, RoundRun, StoredSnapshot
from matchmaker.rounds import matching
from matchmaker.rounds.publish.proof_file import NO_TIME, write_draw
from matchmaker.rounds.queries import get_snapshot
from matchmaker.rounds.words.draws import describe_source
from matchmaker.words.quantities import format_moment

COMMAND = "python checker.pyz question.json answer.json draw.json"
_SUMS = "SHA256SUMS"
_LANGUAGES = ("zh_Hans_CN", "en")


def make_files(run: RoundRun) -> dict[str, bytes] | None:
    """Map the name of each file to its bytes, which are the same at any time.

    Returns None if the run has no answer or its question has no lots.
    """
    if run.solution_json is None:
        return None
    texts = matching.hide_names(run.problem_json, run.solution_json)
    if texts is None:
        return None
    match_round = run.match_round
    hashes = (texts.question_sha256, texts.answer_sha256)
    files = {
        "README.txt": _write_readme(match_round, get_snapshot(match_round), *hashes).encode(),
        "question.json": texts.question.encode(),
        "answer.json": texts.answer.encode(),
        "draw.json": write_draw(match_round).encode(),
        "checker.pyz": matching.pack_checker(),
    }
    return files | {_SUMS: _write_sums(files)}


def _write_sums(files: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(held).hexdigest()}  {name}\n" for name, held in files.items())
    return "".join(lines).encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one ZIP file; equal files give equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), held, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _write_readme(
    match_round: MatchRound, locked: StoredSnapshot, question_sha256: str, answer_sha256: str
) -> str:
    """Return how to check the files, what they may reveal of a need, and the month's facts."""
    parts = []
    for language in _LANGUAGES:
        with force_locale(language):
            facts = (
                (_("List locked"), format_moment(locked.taken_at)),
                (_("Hash of the locked list (SHA-256)"), locked.sha256),
                (_("Where the lottery's seed comes from"), describe_source(match_round)),
                (_("Seed of the lottery"), match_round.seed),
                (_("Hash of the problem (SHA-256)"), question_sha256),
                (_("Hash of the result (SHA-256)"), answer_sha256),
            )
            lines = "\n".join(
                _("%(name)s: %(value)s", name=name, value=value) for name, value in facts
            )
            parts += [*_list_paragraphs(), lines]
    return "\n\n".join(parts) + "\n"


def _list_paragraphs() -> list[str]:
    return [
        _(
            "This month can be checked by anyone. The files have no names: every need, home, "
            "giver, visitor, kind of help and neighbourhood has a random name of this month alone."
        ),
        _("With Python 3.11 or later and nothing else, in the folder of these files:"),
        f"    {COMMAND}",
        _(
            "The first line says what is proved. If all is, every rule is kept, the seed comes "
            "from the announced draw, and no answer is better by the published rules."
        ),
        _("Amounts of money are whole numbers of fen; 100 fen are one yuan."),
        _(
            "Requests of one home for the same kind of help are one row here, their amounts added; "
            "its name is that of one of them."
        ),
        _(
            "The files have no name, address, reference or status. But a row may be recognised by "
            "its content: somebody who knows a request from elsewhere, gives the help or lives in "
            "the same home can learn its urgency, how long it has waited, its amount and times, "
            "which offers with a condition may serve it and so perhaps the condition, whether it "
            "was met, and the same of the home's other requests. By their contents rows, "
            "neighbourhoods and givers may also be found again in the file of another month."
        ),
        _(
            "Who asked for help sees the random name of the request on its page and finds it here. "
            "The ticket of a name is HMAC-SHA256 of it, with the seed as the key."
        ),
    ]
