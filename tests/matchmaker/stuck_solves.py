"""``matchmaker`` with work that never ends by itself, for tests that end it in the middle.

Run it as a module. Its solves begin and never answer; each says the number of its process as its
stage. Its page `/stuck` prints a line and is never answered.
"""

import sys
import time

from matchmaker import __main__ as command
from matchmaker.commands import serve
from optimizer.process import guard

MODULE = ("-m", "tests.matchmaker.stuck_solves")
_create_app = command.create_app


def create_app(*arguments, **options):
    app = _create_app(*arguments, **options)
    app.add_url_rule("/stuck", "stuck", _answer_never)
    return app


def _answer_never() -> str:
    sys.stdout.write("stuck\n")
    sys.stdout.flush()
    time.sleep(3600)
    raise AssertionError


if __name__ == "__main__":
    guard.PROGRAM = ("-P", "-m", "tests.optimizer.broken_child", "solve", "say_and_sleep")
    serve.WORKER = (*MODULE, "worker")
    command.create_app = create_app
    command.main()
