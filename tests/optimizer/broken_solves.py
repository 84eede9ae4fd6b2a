"""Solves that go wrong, for a child process to run in place of the real one."""

import os
import signal
import sys
import time
from dataclasses import replace

from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution


def abort(problem: Problem, limits: Limits, progress) -> Solution:
    os.abort()


def run_into_bad_memory(problem: Problem, limits: Limits, progress) -> Solution:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def die_of_memory(problem: Problem, limits: Limits, progress) -> Solution:
    """As a C++ engine dies that cannot throw."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def sleep(problem: Problem, limits: Limits, progress) -> Solution:
    progress(str(os.getpid()), 0, 1)
    time.sleep(600)
    raise AssertionError


def get_killed(problem: Problem, limits: Limits, progress) -> Solution:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def hog(problem: Problem, limits: Limits, progress) -> Solution:
    held = [bytearray(8 << 20) for _ in range(1 << 20)]
    raise AssertionError(len(held))


def raise_error(problem: Problem, limits: Limits, progress) -> Solution:
    raise ZeroDivisionError


def leave(problem: Problem, limits: Limits, progress) -> Solution:
    os._exit(0)


def print_and_solve(problem: Problem, limits: Limits, progress) -> Solution:
    sys.stdout.write("a banner\n")
    os.write(1, b"another banner\n")
    return solve(problem, limits, progress)


def answer_another_question(problem: Problem, limits: Limits, progress) -> Solution:
    return solve(replace(problem, seed="00"), limits)


def forge(problem: Problem, limits: Limits, progress) -> Solution:
    return replace(solve(problem, limits), needs_met=99)
