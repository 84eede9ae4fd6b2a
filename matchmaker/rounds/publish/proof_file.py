"""A run as files that anyone can check without this site: question, certified answer, draw."""

import io
import zipfile

from flask_babel import force_locale

from matchmaker.models import MatchRound, RoundRun
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.rounds.queries import get_snapshot
from matchmaker.rounds.solve.verdicts import find_verdict
from matchmaker.rounds.words.draws import describe_source
from matchmaker.rounds.words.policies import get_words, name_stage
from matchmaker.words.quantities import format_moment
from optimizer.codec import canonical_text

# A fixed time, so that equal runs give equal files; ZIP has no time before 1980.
NO_TIME = (1980, 1, 1, 0, 0, 0)
HOW_TO_CHECK = """\
problem.json   the question as frozen: references, no names; reasons of pins as they were written
solution.json  the answer, what every stage reached, and the certificate that proves it
draw.json      the hash of the locked list and the numbers drawn, from which the seed comes

python optimizer/verify_files.py problem.json solution.json draw.json

needs Python 3.11 or later and the folder optimizer/ of the project, no solver and no package.
Amounts of money in problem.json and solution.json are whole fen; 100 fen are one yuan.
It computes the seed from the draw, reads every rule from the question, adds up every stage and
replays the certificate in whole numbers. Its first line says what is proved, and below it which
results are not, each with the bound that is proved; or it names the first thing wrong. Exit codes:
0 proved, 1 refuted, 2 not readable, 3 no answer (not proved that there is none), 4 proved except
for the named results, 5 feasible but not proved, 6 too large to check, 7 proved that there is no
answer.

The check of this answer before it was handed out:

{verdict}

SHA-256 of the question  {problem}
SHA-256 of the answer    {result}
{draw}{order}"""
ORDER = """
The order in which the month was decided, {policy}; each line begins with the name that the stage
has in solution.json:
{stages}

A recipient is a home, under a random name. Needs joined by + are one ask of one home: its units
were handed back to the most urgent of them, then the longest wait, then the lowest lot.
"""


def make_proof_zip(run: RoundRun) -> bytes | None:
    """Return question, answer and how to check them as a ZIP file; None if there is no answer."""
    if run.solution_json is None:
        return None
    verdict = find_verdict(run)
    instructions = HOW_TO_CHECK.format(
        verdict="not stored" if verdict is None else verdict,
        problem=run.problem_sha256,
        result=run.result_sha256,
        order=_describe_order(run.match_round.policy),
        draw=_describe_draw(run.match_round),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("problem.json", run.problem_json),
            ("solution.json", run.solution_json),
            ("draw.json", write_draw(run.match_round)),
            ("README.txt", instructions),
        ):
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _describe_draw(match_round: MatchRound) -> str:
    """Say when the list was locked and the seed drawn, in English like the rest of the file."""
    with force_locale("en"):
        rows = [
            ("List locked", match_round.frozen_at),
            ("Seed drawn", match_round.drawn_at),
        ]
        moments = [f"{name:24} {format_moment(at)}\n" for name, at in rows if at is not None]
        return "".join([*moments, f"{'Seed from':24} {describe_source(match_round)}\n"])


def write_draw(match_round: MatchRound) -> str:
    """Return the JSON of the two values that make the seed, and of the announced draw."""
    plain: dict[str, str] = {
        "list_sha256": get_snapshot(match_round).sha256,
        "public_value": match_round.public_value or "",
    }
    if match_round.draw is not None:
        draw = match_round.draw
        plain |= Announcement(draw.source, draw.number, draw.draws_on).to_details()
    return canonical_text(plain)


def _describe_order(policy: str) -> str:
    """List the stages under the questions they answer, in English; empty if no parts are named."""
    lines = []
    with force_locale("en"):
        for part in get_words(policy).parts:
            lines.append(f"\n{part.title}")
            lines += [f"  {code:<15} {name_stage(code, policy)}" for code in part.stages]
    return ORDER.format(policy=policy, stages="\n".join(lines)) if lines else ""
