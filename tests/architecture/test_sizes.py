"""A file is one idea; functions and templates stay small."""

from tests.architecture.source import count_lines, get_name, list_files, walk_functions

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 350, 30, 100


def test_files_fit_in_350_lines():
    sizes = {
        get_name(p): len(p.read_text().splitlines())
        for p in list_files("matchmaker", "optimizer", "tests")
    }
    assert {name: size for name, size in sizes.items() if size > FILE_LINES} == {}


def test_functions_fit_in_30_lines():
    sizes = {
        f"{get_name(path)}:{function.name}": count_lines(function)
        for path in list_files("matchmaker", "optimizer")
        for function in walk_functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES} == {}


def test_templates_fit_in_100_lines():
    paths = list_files("matchmaker/templates", ending="html")
    sizes = {get_name(p): len(p.read_text().splitlines()) for p in paths}
    assert {name: size for name, size in sizes.items() if size > TEMPLATE_LINES} == {}
