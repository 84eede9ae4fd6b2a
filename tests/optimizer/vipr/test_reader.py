"""The reader confirms nothing that does not follow: one changed line of a true file is refused."""

import re
from collections.abc import Iterator

import pytest

from tests.optimizer.vipr.files import text_of
from tests.optimizer.vipr.reader import RefusedError, check

# At most one of two, by a split: without x at most y; with x at most 1/2 of y, so none.
SPLIT = """\
% written by hand
VER 1.0
VAR 2
x y
INT 2
0 1
OBJ max
2 0 1 1 1
CON 3 2
xu L 1 1 0 1
yu L 1 1 1 1
r L 3 2 0 2 1 2
RTP range 1 1
SOL 1
one 1 0 1
DER 7
d3 L 0 1 0 1 { asm } 9
d4 L 1 OBJ { lin 2 3 1 1 1 } 9
d5 G 1 1 0 1 { asm } 9
d6 L 1/2 1 1 1 { lin 2 2 1/2 5 -1 } 7
d7 L 0 1 1 1 { rnd 1 6 1 } 8
d8 L 1 OBJ { lin 2 0 1 7 1 } 9
d9 L 1 OBJ { uns 4 3 8 5 } -1
"""
# Two bounds that no column satisfies, and a least value that an answer gives away.
EMPTY = """\
VER 1.0
VAR 1
x
INT 0
OBJ min
1 0 1
CON 2 2
a G 1.5 1 0 1
b L 1 1 0 1
RTP infeas
SOL 0
DER 1
d2 G 1/2 0 { lin 2 0 1 1 -1 } -1
"""
CHANGES = (  # one line of SPLIT, what it becomes, and what the reader says
    ("VER 1.0", "VER 2.0", "2.0 in place of 1.0"),
    ("x y", "x x", "two variables of one name"),
    ("0 1\nOBJ", "0 0\nOBJ", "an integer variable twice"),
    ("INT 2\n0 1", "INT 1\n0", "cannot be rounded"),
    ("INT 2\n0 1", "INT 1\n1", "not whole"),
    ("OBJ max", "OBJ most", "most is no sense"),
    ("2 0 1 1 1\nCON", "2 0 1 1 2\nCON", "line 4 does not follow"),
    ("CON 3 2", "CON 3 3", "constraint 2 is no bound"),
    ("xu L 1 ", "xu L 0 ", "the answer breaks constraint 0"),
    ("yu L 1 ", "yu L 2 ", "line 4 does not follow"),
    ("yu L 1 ", "xu L 1 ", "the name xu twice"),
    ("yu L 1 ", "yu L 1e0 ", "1e0 is no rational number"),
    ("yu L 1 ", "yu L 2/2 ", "2/2 is not in lowest terms"),
    ("r L 3 ", "r L 4 ", "line 6 does not follow"),
    ("r L 3 2 0 2 1 2", "r L 3 2 0 2 0 2", "index 0 twice"),
    ("r L 3 2 0 2 1 2", "r L 3 2 0 2 2 2", "2 is no index"),
    ("RTP range 1 1", "RTP range 1 0", "an empty range"),
    ("RTP range 1 1", "RTP range 0 0", "does not prove the claim"),
    ("RTP range 1 1", "RTP range 2 2", "no answer reaches the range"),
    ("RTP range 1 1", "RTP infeas", "does not prove the claim"),
    ("one 1 0 1", "one 1 0 1/2", "a value that is not whole"),
    ("one 1 0 1", "one 2 0 1 1 1", "the answer breaks constraint 2"),
    ("d3 L 0 ", "d3 L 1 ", "line 4 does not follow"),
    ("d4 L 1 OBJ", "d4 L 0 OBJ", "line 4 does not follow"),
    ("d4 L 1 OBJ", "d4 E 1 OBJ", "line 4 does not follow"),
    ("d5 G 1 1 0 1", "d5 G 1 1 1 1", "line 6 does not follow"),
    ("{ lin 2 2 1/2 5 -1 }", "{ lin 2 2 1/2 5 1 }", "multipliers of both signs"),
    ("{ lin 2 2 1/2 5 -1 }", "{ lin 1 2 1/2 }", "line 6 does not follow"),
    ("{ rnd 1 6 1 }", "{ lin 1 6 1 }", "line 7 does not follow"),
    ("{ rnd 1 6 1 }", "{ rnd 1 6 1/2 }", "cannot be rounded"),
    ("{ rnd 1 6 1 }", "{ rnd 1 7 1 }", "7 is no index"),
    ("5 -1 } 7", "5 -1 } 6", "line 6 is not there, or no longer"),
    ("{ uns 4 3 8 5 }", "{ uns 4 3 8 3 }", "no two sides of a split"),
    ("{ uns 4 3 8 5 }", "{ uns 2 3 8 5 }", "does not prove the line"),
    ("{ uns 4 3 8 5 }", "{ uns 4 0 8 5 }", "a split with a gap"),
    ("{ uns 4 3 8 5 }", "{ asm }", "rests on an assumption"),
    ("{ uns 4 3 8 5 }", "{ guess }", "guess is no reason"),
    ("{ uns 4 3 8 5 }", "{ sol }", "no cut-off"),
    ("{ uns 4 3 8 5 } -1", "{ uns 4 3 8 5 }", "the file ends early"),
)


def says(text: str) -> str:
    """What the reader says against a file, or nothing."""
    try:
        check(text.splitlines())
    except RefusedError as error:
        return str(error)
    return ""


def test_files_written_by_hand_are_confirmed():
    assert check(SPLIT.splitlines()).range == (1, 1)
    assert check(EMPTY.splitlines()).range is None


def test_a_cut_off_says_that_an_answer_is_as_good():
    text = SPLIT.replace("DER 7", "DER 8").replace("} 9\n", "} 10\n")
    text = text.replace("d9 ", "d9 G 1 OBJ { sol } -1\nd10 ")
    assert says(text) == ""
    assert says(text.replace("d9 G 1", "d9 G 2")) == "a cut-off beyond every answer"


@pytest.mark.parametrize(("old", "new", "words"), CHANGES)
def test_one_line_changed_is_refused(old, new, words):
    assert SPLIT.count(old) == 1
    assert words in says(SPLIT.replace(old, new))


@pytest.mark.parametrize(("old", "new"), [("G 1.5", "G 1"), ("d2 G 1/2", "d2 G 0")])
def test_what_is_no_contradiction_proves_nothing(old, new):
    assert says(EMPTY.replace(old, new)) != ""


def list_changes(text: str) -> Iterator[tuple[str, str]]:
    """Every derived line of a file with more than it proves, another multiplier, or left out."""
    start = text.index("\nDER ")
    for line in text[start:].split("\n")[2:-1]:
        name, sense, right, rest = line.split(" ", 3)
        if rest.startswith("0 "):
            yield line, " ".join((name, sense, "0", rest))
        elif "{ asm }" not in rest:
            more = {"L": "-1" + "0" * 60, "G": "1" + "0" * 60}[sense]
            yield line, " ".join((name, sense, more, rest))
        yield line, re.sub(r"\{ (asm|lin|rnd|uns) .*\}", "{ lin 0 }", line)
        if found := re.search(r"\{ (lin|rnd) \d+ \d+ (-?)(\S+)", rest):
            head, tail = rest[: found.start(3)], rest[found.start(3) :]
            yield line, " ".join((name, sense, right, head + "7" + tail))
        if "{ uns" in rest:
            yield line, re.sub(r"uns (\d+) (\d+) (\d+) (\d+)", r"uns \1 \4 \3 \4", line)


@pytest.mark.parametrize("stage", ["urgency", "neighbourhoods", "burden", "lottery"])
@pytest.mark.one_in(2)
def test_every_derived_line_of_a_stage_changed_is_refused(stage):
    text = text_of(50, 3, stage)
    assert says(text) == ""
    changes = list(list_changes(text))
    passed = [new for old, new in changes if says(text.replace(f"\n{old}\n", f"\n{new}\n")) == ""]
    assert len(changes) > 20
    assert passed == []


def test_every_kept_value_holds_in_the_answer():
    """The values of earlier stages are constraints: a file with another one is refused."""
    text = text_of(60, 4, "people")
    kept = re.findall(r"\n(k\d+ [EGL] )(-?\d+)( \d.*)", text)
    assert len(kept) > 5
    for head, right, rest in kept:
        less = int(right) + (1 if head.endswith("G ") else -1) * 1000
        changed = text.replace(f"\n{head}{right}{rest}", f"\n{head}{less}{rest}")
        assert "the answer breaks constraint" in says(changed)
