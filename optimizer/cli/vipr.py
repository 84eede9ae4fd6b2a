"""The command ``vipr``: proofs of an answer as files that other people's checkers can read.

Exit codes: 0 everything asked for is written; 1 something is not, because it rests on an engine's
unchecked claim, or the answer does not have it or is refuted; 2 broken input.
"""

import argparse
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimizer.cli.solve import DONE, REFUTED, ReadJson
from optimizer.vipr.export import WHATS, Export, Statement
from optimizer.vipr.lines import ExportError
from optimizer.vipr.writer import Sheet


def run_vipr(arguments: argparse.Namespace) -> int:
    """Write the proofs of an answer in the public format VIPR 1.0, for independent checkers.

    Each file holds the program of a stage, the values of the stages before it, the answer, and
    every step of the proof in exact numbers. A stage that rests on a search is refused; with
    --bound it is written with the bound that is proved.
    """
    question, answer = arguments.read(arguments.question), arguments.read(arguments.answer)
    try:
        export = Export(question, answer)
        statements = _select(export, arguments)
    except ExportError as error:
        print(f"not exported: {error}", file=sys.stderr)
        return REFUTED
    is_file = arguments.stage is not None or arguments.out.suffix == ".vipr"
    if len(statements) == 1 and is_file:
        return _write_one(export, statements[0], arguments)
    return _write_all(export, statements, arguments)


def _select(export: Export, arguments: argparse.Namespace) -> list[Statement]:
    """Return the statements asked for. Raises ``ExportError`` if the answer has none of them."""
    wanted = {name: getattr(arguments, name) for name in ("what", "stage", "group")}
    asked = {name: value for name, value in wanted.items() if value is not None}
    found = export.find(asked | ({"what": "stage"} if asked.keys() == {"stage"} else {}))
    if not found:
        said = " ".join(f"{name} {value}" for name, value in asked.items()) or "proof"
        stages = ", ".join(dict.fromkeys(one.stage for one in export.list_statements())) or "none"
        raise ExportError(f"the answer has no {said}; it has {stages}")
    return found


def _write_one(export: Export, statement: Statement, arguments: argparse.Namespace) -> int:
    try:
        sheet = export.state(statement, is_bound_wanted=arguments.bound)
    except ExportError as error:
        print(f"not exported: {statement}: {error}", file=sys.stderr)
        return REFUTED
    print(f"{arguments.out}: {_write(export, sheet, arguments.out)} derived lines")
    return DONE


def _write(export: Export, sheet: Sheet, path: Path) -> int:
    with path.open("w", encoding="ascii", newline="\n") as file:
        return export.write(sheet, file)


def _write_all(export: Export, statements: list[Statement], arguments: argparse.Namespace) -> int:
    """Write a folder of files with an index of what each of them states. Return the exit code."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    written, refused = [], []
    for k, statement in enumerate(statements, 1):
        try:
            sheet = export.state(statement, is_bound_wanted=arguments.bound)
        except ExportError as error:
            refused.append({**asdict(statement), "reason": str(error)})
            print(f"not exported: {statement}: {error}", file=sys.stderr)
            continue
        name = f"{k:03}-{statement.what}-{_plain(statement.stage)}.vipr"
        lines = _write(export, sheet, arguments.out / name)
        written.append({"file": name, **sheet.facts, "lines": lines})
    index = {"format": "VIPR 1.0", "files": written, "refused": refused}
    text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
    (arguments.out / "index.json").write_text(text, encoding="utf-8")
    print(f"{arguments.out}: {len(written)} files, {len(refused)} refused; see index.json")
    return REFUTED if refused else DONE


def _plain(name: str) -> str:
    return re.sub("[^A-Za-z0-9]+", "-", name).strip("-") or "stage"


def add_vipr(commands: Any, add: Any, read: ReadJson) -> None:
    """Add the command; ``add(commands, name, run)`` makes an argument parser."""
    command = add(commands, "vipr", run_vipr)
    command.set_defaults(read=read)
    command.add_argument("question", type=Path)
    command.add_argument("answer", type=Path)
    text = "one stage of the policy; default: all that are proved, as a folder with an index"
    command.add_argument("--stage", metavar="NAME", help=text)
    text = (
        "stage: what a stage optimises; levels: the same, of stages that compare groups; "
        "possible: the most that each group can get alone; contests: the most contested needs of "
        "each group; decided: which needs are met or unmet in every answer left, with answers "
        "for the others; no_answer: that no answer keeps every rule; default: all, with --stage "
        "its stage"
    )
    command.add_argument("--what", choices=WHATS, help=text)
    command.add_argument("--group", metavar="NAME", help="with possible: one group")
    text = "a file for one proof, if a stage is named or the name ends in .vipr; else a folder"
    command.add_argument("--out", type=Path, required=True, metavar="PATH", help=text)
    text = "where a stage rests on a search, write it up to there with its proved bound"
    command.add_argument("--bound", action="store_true", help=text)
