"""Imports run downwards only."""

import ast
import sys

import pytest

from tests.architecture.source import (
    find_banned,
    get_name,
    list_absolute,
    list_files,
    list_imports,
    walk_functions,
)

WEB = ("flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "werkzeug")
FORBIDDEN_IN_FOLDER = {
    "optimizer": (*WEB, "flask_sqlalchemy", "sqlalchemy", "matchmaker", "seeds"),
    # Flask-Login's mixin is four properties; the models need nothing else of the web.
    "matchmaker/models": ("flask", "flask_wtf", "wtforms", "optimizer", "matchmaker.base.errors"),
}
FORBIDDEN_IN_FILE = {
    "service.py": (*WEB, "optimizer"),
    "states.py": (*WEB, "optimizer"),
    "forms.py": ("optimizer", "sqlalchemy"),
    "views.py": ("optimizer", "pulp", "sqlalchemy"),
}
FEATURES = (
    "accounts", "assignments", "audit", "needs", "offers", "organisations", "pages", "residents",
    "rounds", "volunteers",
)  # fmt: skip


@pytest.mark.parametrize("folder", FORBIDDEN_IN_FOLDER)
def test_packages_import_only_downwards(folder):
    banned = FORBIDDEN_IN_FOLDER[folder]
    broken = {get_name(p): hits for p in list_files(folder) if (hits := find_banned(p, banned))}
    assert broken == {}


@pytest.mark.parametrize("file_name", FORBIDDEN_IN_FILE)
def test_files_keep_to_their_layer(file_name):
    paths = [p for p in list_files("matchmaker") if p.name == file_name]
    assert paths, f"no file is called {file_name}: the rule would hold nothing"
    banned = FORBIDDEN_IN_FILE[file_name]
    broken = {get_name(p): hits for p in paths if (hits := find_banned(p, banned))}
    assert broken == {}


def test_forms_import_no_service():
    broken = {
        get_name(p): hits
        for p in list_files("matchmaker")
        if p.name == "forms.py" and (hits := {n for n in list_imports(p) if ".service" in n})
    }
    assert broken == {}


def test_one_door_leads_to_the_optimizer():
    users = {p.name for p in list_files("matchmaker") if find_banned(p, ("optimizer",))}
    strangers = {name for name in users if not name.startswith("matching")}
    assert strangers == set(), "only matchmaker/rounds/matching*.py may import the optimizer"


def test_only_the_backend_names_a_solver():
    users = {p.name for p in list_files("optimizer") if find_banned(p, ("highspy",))}
    assert users <= {"highs.py"} | {p.name for p in list_files("optimizer/bench")}


def test_the_checker_imports_the_standard_library_and_itself_alone():
    paths = list_files("optimizer/checker")
    assert paths
    broken = {
        get_name(path): strangers
        for path in paths
        if (strangers := {n for n in list_absolute(path) if n not in sys.stdlib_module_names})
    }
    assert broken == {}


def test_only_the_disclosure_reads_contact_data():
    allowed = {
        "matchmaker/residents/disclosure.py",
        "matchmaker/residents/service.py",  # registers a person, searches by phone tail
    }
    users = {
        get_name(p)
        for p in list_files("matchmaker")
        if any(n.endswith(".ResidentContact") for n in list_imports(p))
        and "models" not in p.parts
        and "demo" not in p.parts
    }
    assert users <= allowed


def test_no_import_inside_a_function():
    broken = [
        f"{get_name(path)}:{inner.lineno}"
        for path in list_files("matchmaker", "optimizer")
        for function in walk_functions(path)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert broken == []


def test_features_do_not_import_each_other_in_circles():
    edges = {
        (feature, other)
        for feature in FEATURES
        for path in list_files(f"matchmaker/{feature}")
        for name in list_imports(path)
        for other in FEATURES
        if other != feature and name.startswith(f"matchmaker.{other}")
    }
    assert {frozenset(e) for e in edges if e[::-1] in edges} == set()


def test_no_star_import():
    broken = [
        get_name(p)
        for p in list_files("matchmaker", "optimizer", "tests")
        if any(name.endswith(".*") for name in list_imports(p))
    ]
    assert broken == []
