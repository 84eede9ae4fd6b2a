"""The diagram of docs/architecture.md, drawn from the imports of both houses."""

from collections import defaultdict

import grimp

# Rooms that are drawn as one: name, and the modules below them.
ROOMS = {
    "commands": (
        "matchmaker.commands", "matchmaker.__main__", "matchmaker.blueprints",
        "matchmaker.template_filters",
    ),
    "features": (
        "matchmaker.accounts", "matchmaker.audit", "matchmaker.calendar", "matchmaker.needs",
        "matchmaker.notices", "matchmaker.offers", "matchmaker.organisations",
        "matchmaker.pages", "matchmaker.people", "matchmaker.places",
        "matchmaker.residents", "matchmaker.volunteers",
    ),
    "workbench": ("matchmaker.workbench",),
    "assignments": ("matchmaker.assignments",),
    "links": ("matchmaker.links",),
    "endings": ("matchmaker.endings",),
    "packs": ("matchmaker.packs",),
    "promises": ("matchmaker.promises",),
    "demo": ("matchmaker.demo",),
    "rounds": ("matchmaker.rounds",),
    "matching": ("matchmaker.rounds.matching",),
    "web": ("matchmaker.web", "matchmaker.forms"),
    "words": ("matchmaker.words",),
    "tables": (
        "matchmaker.catalogue", "matchmaker.kinds", "matchmaker.scopes", "matchmaker.slots",
        "matchmaker.states",
    ),
    "models": ("matchmaker.models",),
    "base": ("matchmaker.base",),
    "cli": ("optimizer.cli", "optimizer.bench", "optimizer.__main__"),
    "process": ("optimizer.process",),
    "answers": (
        "optimizer.explain", "optimizer.what_if", "optimizer.second", "optimizer.funds",
        "optimizer.instances", "optimizer.vipr",
    ),
    "search": ("optimizer.search", "optimizer.stages"),
    "model": ("optimizer.model",),
    "engine": ("optimizer.engine",),
    "vocabulary": (
        "optimizer.problem", "optimizer.policy", "optimizer.solution", "optimizer.limits",
        "optimizer.codec", "optimizer.bitset", "optimizer.nesting", "optimizer.rows",
        "optimizer.report", "optimizer.changes", "optimizer.explanation", "optimizer.tickets",
        "optimizer.validity", "optimizer.facts", "optimizer.pseudonyms",
    ),
    "checker": ("optimizer.checker", "optimizer.verify_files"),
}  # fmt: skip
LABELS = {
    "commands": "commands<br/>the command line, the list of pages",
    "features": (
        "accounts, audit, needs, offers, organisations,<br/>"
        "pages, people, places, residents, volunteers"
    ),
    "workbench": "workbench<br/>what waits for a person",
    "assignments": "assignments<br/>what a published month promises",
    "links": "links<br/>answers without an account",
    "endings": "endings<br/>the end of a contact",
    "packs": "packs<br/>published months as one file",
    "promises": "promises<br/>a run held against today",
    "demo": "demo<br/>invented people, real rules",
    "rounds": "rounds<br/>freeze, question, solve, publish,<br/>memory, pages, words",
    "matching": "rounds/matching.py<br/>the one door",
    "web": "web, forms<br/>views' common parts, permissions, fields",
    "words": "words<br/>codes and numbers as sentences",
    "tables": "kinds, states, scopes, slots, catalogue<br/>the tables of the domain",
    "models": "models<br/>the database tables",
    "base": "base<br/>settings, clock, database, errors",
    "cli": "cli, bench",
    "process": "process<br/>one child: solve, check, explain",
    "answers": "explain, what_if, second, funds, instances, vipr",
    "search": "search, stages",
    "model": "model<br/>the integer program",
    "engine": "engine<br/>HiGHS, bounds, cuts",
    "vocabulary": "problem, policy, solution,<br/>explanation, report, limits, codec",
    "checker": "checker<br/>believes nobody",
}
HOUSES = {
    "site": ("matchmaker: the site", ("commands", "workbench", "assignments", "endings",
                                      "links", "packs", "features", "demo", "promises",
                                      "rounds", "matching", "web", "words", "tables", "models",
                                      "base")),
    "library": ("optimizer: decides", ("cli", "process", "answers", "search", "model", "engine",
                                       "vocabulary")),
}  # fmt: skip


def list_arrows() -> set[tuple[str, str]]:
    """Room to room, where any module of one imports any of the other."""
    graph = grimp.build_graph("matchmaker", "optimizer", cache_dir=None)
    arrows = {
        (_find_room(module), _find_room(target))
        for module in graph.modules
        for target in graph.find_modules_directly_imported_by(module)
    }
    # The door stands between the site and the library: its own way back into rounds is not drawn.
    arrows.discard(("matching", "rounds"))
    return {(a, b) for a, b in arrows if a and b and a != b}


def draw() -> str:
    """Mermaid; an arrow that follows from two others is left out."""
    arrows = _reduce(list_arrows())
    lines = ["flowchart TD"]
    for house, (title, rooms) in HOUSES.items():
        lines.append(f'  subgraph {house}["{title}"]')
        lines += [f'    {room}["{LABELS[room]}"]' for room in rooms]
        lines.append("  end")
    lines.append(f'  checker["{LABELS["checker"]}"]')
    lines += [f"  {a} --> {b}" for a, b in sorted(arrows)]
    return "\n".join(lines)


def _find_room(module: str) -> str | None:
    found = [
        (len(prefix), room)
        for room, prefixes in ROOMS.items()
        for prefix in prefixes
        if module == prefix or module.startswith(prefix + ".")
    ]
    return max(found)[1] if found else None


def _reduce(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    after: dict[str, set[str]] = defaultdict(set)
    for a, b in arrows:
        after[a].add(b)
    return {(a, b) for a, b in arrows if not any(_leads(after, c, b) for c in after[a] - {b})}


def _leads(after: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        room = waiting.pop()
        if room == goal:
            return True
        if room not in seen:
            seen.add(room)
            waiting += after[room]
    return False
