"""A child of the guard with broken steps: ``python -m tests.optimizer.broken_child STEP NAME ...``.

A test puts this program in the place of the guard's own; nothing that is sent to a child can name
steps.
"""

import os
import signal
import sys
import time
from dataclasses import replace

from optimizer.checker.check import Fault
from optimizer.checker.verdict import Ruling, Verdict
from optimizer.codec import canonical_bytes
from optimizer.explain.explain import explain
from optimizer.process.child import main
from optimizer.process.work import Steps
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus


def abort(*_inputs):
    os.abort()


def run_into_bad_memory(*_inputs):
    os.kill(os.getpid(), signal.SIGSEGV)


def die_of_memory(*_inputs):
    """As a C++ engine dies that cannot throw."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def get_killed(*_inputs):
    os.kill(os.getpid(), signal.SIGKILL)


def hog(*_inputs):
    held = [bytearray(8 << 20) for _ in range(1 << 20)]
    raise AssertionError(len(held))


def lose_its_error(*_inputs):
    """As a library that is refused memory and forgets to say so."""
    raise SystemError("error return without exception set")


def raise_error(*_inputs):
    raise ZeroDivisionError("with a\nreason")


def leave(*_inputs):
    os._exit(0)


def sleep(*_inputs):
    time.sleep(600)


def say_and_sleep(_problem, _limits, progress):
    progress(str(os.getpid()), 0, 1)
    time.sleep(600)


def wait_for_signals_and_solve(problem, limits, progress):
    """Once both signals are there, held back, as a service manager sends them to everybody."""
    progress(str(os.getpid()), 0, 1)
    while not {signal.SIGINT, signal.SIGTERM} <= signal.sigpending():
        time.sleep(0.05)
    return solve(problem, limits, progress)


def print_and_solve(problem, limits, progress):
    sys.stdout.write("a banner\n")
    os.write(1, b"another banner\n")
    return solve(problem, limits, progress)


def answer_another_question(problem, limits, _progress):
    return solve(replace(problem, seed="00"), limits)


def forge(problem, limits, _progress):
    return replace(solve(problem, limits), needs_met=99)


def meet_nobody(problem, limits, _progress):
    return replace(solve(problem, limits), assignments=()).sealed()


def give_up(problem, _limits, _progress):
    solution = solve(problem)
    return replace(
        solution, status=SolutionStatus.FAILED, assignments=(), stages=(), grounds=(),
        needs_met=0, recipients_helped=0, certificate=None, detail="the engine gave up",
    ).sealed()  # fmt: skip


def approve(_problem, _solution):
    return Verdict(Ruling.PROVED)


def refuse(_problem, _solution):
    return Verdict(Ruling.REFUTED, Fault("capacity", {"stock": "rice"}))


def babble(*_inputs):
    """As if something else wrote on the pipe, which is the first descriptor after the usual."""
    os.write(3, b"this is no JSON\n")


def speak_in_tongues(*_inputs):
    os.write(3, canonical_bytes(["hello", 1]) + b"\n")


def claim_an_empty_report(*_inputs):
    os.write(3, canonical_bytes(["explained", {}]) + b"\n")
    time.sleep(600)


def explain_wrongly(*inputs):
    return (*explain(*inputs), "no explanation")


def price_worse(*_inputs):
    return [Fault("no price", {})]


if __name__ == "__main__":
    pairs = zip(sys.argv[1::2], sys.argv[2::2], strict=True)
    main(Steps(**{step: globals()[name] for step, name in pairs}))
