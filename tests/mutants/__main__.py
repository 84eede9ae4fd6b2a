"""``make mutants``: draws mutants of the door to the optimizer, judges them, prints who survived.

Ends with 1 when fewer than 95 % of those not listed in ``equal.toml`` are killed, or when a test
that killed one fails without it too. An interrupted run goes on where it stopped.
"""

import argparse
import sys
import tempfile
from collections import Counter, deque
from pathlib import Path

from tests.mutants.judge import Trial, judge, warm_up
from tests.mutants.lists import choose_killed, list_twenty, read_equal, write_killed
from tests.mutants.mutants import Mutant, draw, find_mutants
from tests.mutants.records import FOLDER, Record, Verdicts, digest_code, get_record
from tests.mutants.units import list_targets

DEMANDED = 0.95
LEAST_KEPT = 10
KILLED_BY = ("failed", "import", "time", "crash")


def main() -> int:
    options = _read_options()
    mutants = [m for path in list_targets() for m in find_mutants(path)]
    if options.twenty:
        return _judge_twenty(mutants, options.workers)
    matching = [m for m in mutants if options.match in m.unit.key]
    record = get_record(keep=options.keep_record)
    sample = draw(matching, options.sample, options.seed)
    verdicts = Verdicts(FOLDER / "verdicts.json")
    print(f"{len(sample)} of {len(matching)} mutants, seed {options.seed}.", flush=True)
    tests = {mutant.id: record.select(mutant.unit) for mutant in sample}
    unreliable = _judge(sample, tests, record, verdicts, options.workers)
    if options.keep_killed:
        chosen = choose_killed(sample, mutants, verdicts)
        trials, doubtful = _judge_alone(chosen, options.workers)
        write_killed([(t.mutant, t.tests[0]) for t in trials if set(t.failed) - doubtful])
    return max(_report(sample, tests, verdicts), 1 if unreliable else 0)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="how many to draw")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2, help="children at a time")
    parser.add_argument("--match", default="", help="only where path::function holds this text")
    parser.add_argument(
        "--keep-record", action="store_true", help="select by the record of older code"
    )
    parser.add_argument(
        "--keep-killed", action="store_true", help="fill up the list that `--twenty` runs"
    )
    parser.add_argument(
        "--twenty", action="store_true", help="twenty of the kept, by their killers"
    )
    return parser.parse_args()


def _judge(
    sample: list[Mutant],
    tests: dict[str, list[str]],
    record: Record,
    verdicts: Verdicts,
    workers: int,
) -> set[str]:
    """Judge what has no verdict yet. Returns tests that fail without a mutant; theirs is undone."""
    left = [m for m in sample if not verdicts.find(m, tests[m.id])]
    for mutant in left:
        if not tests[mutant.id]:
            verdicts.keep(mutant, [], "passed", [])
    parts = {mutant.id: record.split(tests[mutant.id]) for mutant in left if tests[mutant.id]}
    waiting = deque(_take(mutant, parts, record) for mutant in left if mutant.id in parts)
    if not waiting:
        return set()
    code, killers = digest_code(), set()
    warm_up()
    with _open_folder() as folder:
        _find_unreliable(waiting[0].tests[:1], record, Path(folder))  # it runs at all
        for number, trial in enumerate(judge(waiting, Path(folder), workers), 1):
            if digest_code() != code:
                raise RuntimeError("the source was changed under the run: start it again")
            if trial.ended == "passed" and parts[trial.mutant.id]:
                waiting.append(_take(trial.mutant, parts, record))
            else:
                verdicts.keep(trial.mutant, tests[trial.mutant.id], trial.ended, trial.failed)
            killers |= set(trial.failed)
            print(f"\r{number} tried, {len(waiting)} wait", end="", file=sys.stderr)
        print(file=sys.stderr)
        unreliable = _find_unreliable(sorted(killers), record, Path(folder))
    verdicts.forget(unreliable)
    return unreliable


def _take(mutant: Mutant, parts: dict[str, list[list[str]]], record: Record) -> Trial:
    """The trial of the mutant by the next part of its tests."""
    chosen = parts[mutant.id].pop(0)
    return Trial(mutant, chosen, record.sum_seconds(chosen))


def _open_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for what a run writes meanwhile, beside what it keeps."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="judging-", dir=FOLDER)


def _find_unreliable(killers: list[str], record: Record, folder: Path) -> set[str]:
    """Which of the killers fail on the code as it is: what they say of mutants is void."""
    if not killers:
        return set()
    whole = Trial(None, killers, record.sum_seconds(killers))
    [trial] = judge(deque([whole]), folder, 1)
    if trial.ended not in ("passed", "failed"):
        raise RuntimeError(f"the tests do not run without a mutant ({trial.ended})")
    for test in trial.failed:
        print(f"fails without a mutant too, so its verdicts are void: {test}")
    return set(trial.failed)


def _report(sample: list[Mutant], tests: dict[str, list[str]], verdicts: Verdicts) -> int:
    equal = read_equal()
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for mutant in sample:
        verdict = verdicts.find(mutant, tests[mutant.id])
        ended = verdict["ended"] if verdict else "void"
        if ended == "passed" and mutant.content in equal:
            ended = "equal"
        counts[ended] += 1
        if ended == "passed":
            kinds[mutant.kind] += 1
            print(f"\nSURVIVED {mutant.describe()}\n  {len(tests[mutant.id])} tests run it")
    killed = sum(counts[end] for end in KILLED_BY)
    judged = len(sample) - counts["equal"]
    share = killed / judged if judged else 0.0
    ways = ", ".join(f"{counts[end]} by {end}" for end in KILLED_BY)
    print(
        f"\nTried {len(sample)}: {killed} killed ({ways}), {counts['passed']} survived, "
        f"{counts['equal']} equal in meaning, {counts['void']} void.\n"
        f"Killed of those not equal: {share:.1%}; demanded: {DEMANDED:.0%}."
    )
    if kinds:
        print("Survivors by kind: " + ", ".join(f"{k} {n}" for k, n in kinds.most_common()))
    return 0 if share >= DEMANDED else 1


def _judge_twenty(mutants: list[Mutant], workers: int) -> int:
    """Return 0 when twenty of the kept mutants are killed by their tests again.

    Fewer are judged when edits have used some up; fewer than ``LEAST_KEPT`` is a failure.
    """
    kept = list_twenty(mutants)
    if len(kept) < 20:  # code that is edited takes some away
        print(f"Only {len(kept)} of the kept mutants are left: run make mutants KEEP=1")
    if len(kept) < LEAST_KEPT:
        return 1
    trials, unreliable = _judge_alone(kept, workers)
    for trial in trials:
        if trial.ended == "passed":
            print(f"\nSURVIVED {trial.mutant.describe()}\n  {trial.tests[0]} killed it once")
    killed = sum(trial.ended != "passed" for trial in trials)
    print(f"{killed} of {len(trials)} killed")
    return 0 if killed == len(trials) and not unreliable else 1


def _judge_alone(killed: list[tuple[Mutant, str]], workers: int) -> tuple[list[Trial], set[str]]:
    """Judge each by its killer alone. Returns the killers, too, that fail without a mutant."""
    record = Record({}, {})
    warm_up()
    with _open_folder() as folder:
        asked = deque(Trial(m, [by], record.sum_seconds([by])) for m, by in killed)
        trials = list(judge(asked, Path(folder), workers))
        unreliable = _find_unreliable(sorted({by for _, by in killed}), record, Path(folder))
    return trials, unreliable


if __name__ == "__main__":
    sys.exit(main())
