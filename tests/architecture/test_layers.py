"""What a file may import follows from what it does, not from what it is called.

Layers, circles and doors between packages are contracts in pyproject.toml; here they are run, and
a planted violation of each shows that the rule would hold it.
"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import HOUSES, ROOT, Source, list_sources

WEB = ("flask", "flask_login", "flask_wtf", "wtforms", "werkzeug")
SESSION = "matchmaker.base.extensions.db"
# Where the web and the session meet on purpose.
BOTH = {
    "matchmaker/__init__.py": "builds the app",
    "matchmaker/accounts/sessions.py": "Flask-Login asks for the user of a request",
    "matchmaker/audit/handing.py": "records whose data a page shows before it shows them",
    "matchmaker/base/database.py": "opens the session of a request",
    "matchmaker/models/user.py": "Flask-Login's mixin is four properties",
    "matchmaker/web/act.py": "commits what a view did",
    "matchmaker/web/error_pages.py": "rolls back what a request began",
    "matchmaker/web/lists.py": "counts and pages the query of a list",
}
CONTACT_READERS = {
    "matchmaker/residents/disclosure.py",
    "matchmaker/residents/service.py",  # registers a person
    "matchmaker/residents/phone_search.py",  # finds by keyed digest, and shows none of it
    "matchmaker/residents/twins.py",  # compares what is typed with it, and shows none of it
}


# Views that do not end in web/act's one shape, on purpose.
OWN_SHAPE = {
    "matchmaker/accounts/views.py:leave_present_session": "the session ends before the next begins",
    "matchmaker/assignments/report_views.py:report_done": "a wrong code counts, even refused",
    "matchmaker/assignments/photo_views.py:look_at_photo": "the photo is the answer itself",
    "matchmaker/assignments/report_views.py:show_contact": "the contact is the answer itself",
    "matchmaker/links/views.py:check_form_token": "before every view of the room, as elsewhere",
    "matchmaker/links/views.py:_count": "a try counts even when it is refused",
    "matchmaker/links/views.py:show_dead_link": "the page of an error: what was begun is undone",
    "matchmaker/organisations/application_views.py:apply": "a try counts even when it is refused",
    "matchmaker/organisations/application_views.py:act": "the deed of the same",
    "matchmaker/pages/views.py:preferences": "sets cookies on its answer",
    "matchmaker/residents/registering_views.py:act": "a phone that was tried counts, even refused",
    "matchmaker/residents/registering_views.py:register": "the same",
    "matchmaker/residents/views.py:search": "a phone that was tried counts, even refused",
    "matchmaker/residents/views.py:own_contact": "the contact is the answer itself",
    "matchmaker/residents/views.py:reveal": "the contact is the answer itself",
}


def is_view(source: Source) -> bool:
    """A file that answers addresses: a function of it is decorated as a route."""
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("route", "get", "post")
        for function in source.functions
        for decorator in function.decorator_list
    )


def is_form(source: Source) -> bool:
    return any(
        isinstance(base, ast.Name) and base.id.endswith("Form")
        for cls in source.classes
        for base in cls.bases
    )


def find_mixed(sources: list[Source]) -> dict[str, set[str]]:
    """Services, which are files that use the session and answer no address, with their web."""
    return {
        s.name: web
        for s in sources
        if SESSION in s.imports
        and not is_view(s)
        and not s.name.startswith("matchmaker/commands/")
        and s.name not in BOTH
        and (web := s.find_banned(*WEB))
    }


def find_speakers(sources: list[Source]) -> dict[str, set[str]]:
    """Services that speak the reader's language; words, forms and pages do."""
    banned = ("flask_babel", "matchmaker.words.labels")
    return {
        s.name: hits
        for s in sources
        if SESSION in s.imports
        and not is_view(s)
        and not is_form(s)
        and not s.name.startswith(("matchmaker/commands/", "matchmaker/web/"))
        and (hits := s.find_banned(*banned) | {n for n in s.imports if _is_words_of_a_feature(n)})
    }


def _is_words_of_a_feature(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == "matchmaker" and "words" in parts[2:]


def find_querying_views(sources: list[Source]) -> dict[str, set[str]]:
    banned = ("sqlalchemy", "optimizer", "pulp")
    return {s.name: hits for s in sources if is_view(s) and (hits := s.find_banned(*banned))}


def find_own_shapes(sources: list[Source]) -> set[str]:
    """Functions of views that validate, commit or catch a refusal themselves."""
    return {
        f"{s.name}:{function.name}"
        for s in sources
        if is_view(s)
        for function in s.functions
        for node in ast.walk(function)
        if _is_own_shape(node)
    }


def _is_own_shape(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is not None and "Error" in ast.unparse(node.type)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if isinstance(node.func.value, ast.Name) and node.func.value.id == "self":
        return False  # a form that reads its filters
    return node.func.attr in ("validate", "validate_on_submit", "commit", "rollback")


def find_deep_forms(sources: list[Source]) -> dict[str, set[str]]:
    """Forms that call a service; its classes and limits they may name."""
    services = {s.module for s in sources if SESSION in s.imports and s.module != "matchmaker"}
    return {
        s.name: hits
        for s in sources
        if is_form(s)
        and not is_view(s)
        and (
            hits := s.find_banned("sqlalchemy", "optimizer")
            | {
                n
                for n in s.imports
                if n.rpartition(".")[0] in services and n.rpartition(".")[2].islower()
            }
        )
    }


def find_contact_readers(sources: list[Source]) -> set[str]:
    return {
        s.name
        for s in sources
        if any(name.endswith(".ResidentContact") for name in s.imports)
        and not {"models", "demo"} & set(s.path.parts)
    } - CONTACT_READERS


def find_hidden_imports(sources: list[Source]) -> list[str]:
    return [
        f"{s.name}:{node.lineno}"
        for s in sources
        for function in s.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def find_star_imports(sources: list[Source]) -> list[str]:
    return [s.name for s in sources if any(name.endswith(".*") for name in s.imports)]


def find_strangers(sources: list[Source]) -> dict[str, set[str]]:
    """What files of the checker import beside the standard library and their own room."""
    return {
        s.name: hits
        for s in sources
        if (
            hits := {
                name
                for name in s.imports
                if name.partition(".")[0] not in sys.stdlib_module_names
                and not name.startswith("optimizer.checker")
            }
        )
    }


def find_solvers(sources: list[Source]) -> set[str]:
    allowed = {"optimizer/engine/highs.py"}
    users = {s.name for s in sources if s.find_banned("highspy")}
    return {name for name in users - allowed if not name.startswith("optimizer/bench/")}


def find_classes_in_pieces(sources: list[Source]) -> list[str]:
    """Classes that call a private method or read a private value which a base class defines."""
    private: dict[str, set[str]] = {}
    for cls in (cls for s in sources for cls in s.classes):
        private[cls.name] = {
            node.name
            for node in cls.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_")
            and not node.name.startswith("__")
        }  # fmt: skip
    return [
        f"{s.name}: {cls.name} uses {base.id}.{node.attr}"
        for s in sources
        for cls in s.classes
        for base in cls.bases
        if isinstance(base, ast.Name)
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and node.attr in private.get(base.id, set()) - private[cls.name]
    ]


def find_twins(sources: list[Source]) -> dict[str, list[str]]:
    """Classes of one name in the same room: the site, the optimizer, the checker."""
    places: dict[tuple[str, str], list[str]] = {}
    for source in sources:
        room = source.name.partition("/")[0]
        if source.name.startswith("optimizer/checker/"):
            room = "checker"
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                places.setdefault((room, node.name), []).append(source.name)
    return {name: found for (_room, name), found in places.items() if len(found) > 1}


# Still to be mended; an entry that is mended makes its test fail until it is taken out here.
STILL_MIXED: set[str] = set()
SPEAKERS = {"matchmaker/rounds/pages/figures.py": "the rows of pages, named for the reader"}
STILL_IN_PIECES: set[str] = set()

SITE = list_sources("matchmaker")
ALL = list_sources(*HOUSES)


def test_what_uses_the_session_and_answers_no_address_knows_no_web():
    assert find_mixed(SITE).keys() == STILL_MIXED


def test_services_say_nothing_in_a_language():
    assert find_speakers(SITE).keys() == SPEAKERS.keys(), "name it in words, a form or a page"


def test_views_leave_queries_to_services():
    assert find_querying_views(SITE) == {}


def test_views_end_in_one_shape():
    assert find_own_shapes(SITE) == set(OWN_SHAPE), "use answer_form or answer_button of web/act"


def test_forms_know_no_service():
    assert find_deep_forms(SITE) == {}


def test_only_the_disclosure_reads_contact_data():
    assert find_contact_readers(SITE) == set()


def test_no_import_inside_a_function():
    assert find_hidden_imports(ALL) == []


def test_no_star_import():
    assert find_star_imports([*ALL, *list_sources("tests")]) == []


def test_the_checker_imports_the_standard_library_and_itself_alone():
    sources = list_sources("optimizer/checker")
    assert sources
    assert find_strangers(sources) == {}


def test_the_checker_names_its_siblings_relatively():
    """So that the folder runs under any name, as in its bundle."""
    assert [s.name for s in list_sources("optimizer/checker") if "optimizer.c" in _code(s)] == []


def test_one_file_names_the_engine():
    assert find_solvers(list_sources("optimizer")) == set()


def find_movers(sources: list[Source]) -> set[str]:
    """Files that move the clock."""
    return {s.name for s in sources if "moved_to" in _code(s) or "clock.moved_to" in s.text}


def test_the_demo_alone_moves_the_clock():
    assert find_movers(ALL) == {"matchmaker/commands/demo_days.py"}


def test_no_class_is_cut_in_pieces_by_inheritance():
    found = find_classes_in_pieces(ALL)
    assert {line.split()[1] for line in found} == STILL_IN_PIECES, found


def test_no_two_classes_of_a_room_share_a_name():
    assert find_twins(ALL) == {}, "rename one by what it means"


def test_every_exception_from_the_layers_is_still_needed():
    assert {name for name in BOTH if not (ROOT / name).exists()} == set()


PLANTED = [
    (find_mixed, "matchmaker/a.py",
     "from flask import request\nfrom matchmaker.base.extensions import db\n"),
    (find_speakers, "matchmaker/a.py",
     "from matchmaker.words.labels import get_name\n"
     "from matchmaker.base.extensions import db\n"),
    (find_querying_views, "matchmaker/a.py", "import sqlalchemy\n@bp.get('')\ndef a(): ...\n"),
    (find_own_shapes, "matchmaker/a.py",
     "@bp.get('')\ndef a():\n    form.validate()\n"),
    (find_deep_forms, "matchmaker/a.py", "import sqlalchemy\n\nclass AForm(BaseForm): ...\n"),
    (find_contact_readers, "matchmaker/a.py", "from matchmaker.models import ResidentContact\n"),
    (find_hidden_imports, "optimizer/a.py", "def f():\n    import json\n"),
    (find_star_imports, "optimizer/a.py", "from json import *\n"),
    (find_strangers, "optimizer/checker/a.py", "import numpy\n"),
    (find_solvers, "optimizer/a.py", "import highspy\n"),
    (find_twins, "optimizer/a.py", "class A: ...\nclass A: ...\n"),
    (find_movers, "matchmaker/a.py", "from matchmaker.base.clock import moved_to\n"),
    (find_classes_in_pieces, "optimizer/a.py",
     "class A:\n    def _a(self): ...\nclass B(A):\n    def b(self): self._a()\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "name", "text"), PLANTED, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_rule_finds_a_planted_violation(rule, name, text, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert "a.py" in str(rule([Source(path, tmp_path)]))


CONTRACTS = [
    ("base/clock.py", "from matchmaker.models import Need", "The site's layers"),
    ("words/names.py", "from matchmaker.web import act", "The site's layers"),
    ("audit/service.py", "from matchmaker.needs import queries", "No circles"),
    ("needs/queries.py", "from optimizer.codec import to_json", "One door"),
    ("rounds/solve/figures.py", "from optimizer.search import solve", "Behind the door"),
    ("rounds/solve/figures.py", "from optimizer.problem import Need", "One file"),
    ("rounds/freeze/days.py", "from matchmaker.rounds.solve import runs", "The layers of a month"),
    ("models/need.py", "import wtforms", "Models know no form"),
    ("models/need.py", "from matchmaker.base import errors", "Models know no form"),
    (
        "../optimizer/engine/highs.py",
        "from optimizer.search import solve",
        "The optimizer's layers",
    ),
    ("../optimizer/codec.py", "import sqlalchemy", "The optimizer knows no web"),
    ("../optimizer/checker/check.py", "from optimizer import codec", "share no code"),
    ("garden/__init__.py", "", "The site's layers"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess:
    """Run the contracts of pyproject.toml over the houses in ``folder``."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_between_packages_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    for house in HOUSES:
        ignore = shutil.ignore_patterns("templates", "static", "translations", "__pycache__")
        shutil.copytree(ROOT / house, folder / house, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_find_every_planted_import_and_say_what_to_do(copy):
    """All at once, as each run reads both houses: every contract is broken, with its advice."""
    for name, line, _ in CONTRACTS:
        path = copy / "matchmaker" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert [c for _, _, c in CONTRACTS if not any(c in line for line in broken)] == []
    assert "matchmaker.garden" in done.stdout
    assert "Imports run down this list" in done.stdout
    assert "Only matchmaker/rounds/matching.py puts the optimizer to work" in done.stdout


def _splits_into(name: str, modules: set[str]) -> bool:
    """Whether ``name`` is something that one of ``modules`` defines."""
    return name.rpartition(".")[0] in modules


def _code(source: Source) -> str:
    """The imports of a file as they are written."""
    nodes = (n for n in ast.walk(source.tree) if isinstance(n, ast.Import | ast.ImportFrom))
    return "\n".join(ast.unparse(node) for node in nodes)
