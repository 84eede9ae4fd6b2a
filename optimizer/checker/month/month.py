"""A month indexed: rows keyed by id, ancestors of stocks, and the filters of need and giver."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace

from .ancestors import Ancestors
from .labels import LINE_NAMES, Labels, name_of
from .read import BrokenInputError
from .schema import Row

Link = tuple[str, str | None, str | None]  # need, stock, person


@dataclass(frozen=True, slots=True)
class Month:
    """A problem from ``read_problem``, indexed. The ancestors of a stock start with the stock.

    Under a policy that draws, labels replace names everywhere but in ``named``, the problem as
    read.
    """

    problem: Row
    ancestors: Ancestors
    stocks: dict[str, Row]
    people: dict[str, Row]
    needs: dict[str, Row]
    named: Row
    labels: Labels | None = None
    pairs: dict[Link, Row] = field(default_factory=dict)
    forbids: set[Link] = field(default_factory=set)

    def label(self, what: str, name: str) -> str:
        """Return the label of a name, or the name itself if the policy does not draw.

        ``what``: what the name names, such as ``need``; see ``Labels.of``.
        """
        return name if self.labels is None else self.labels.of(what, name)

    def name_of(self, label: str) -> str:
        """Return the name that an answer uses for a label."""
        return label if self.labels is None or not label else name_of(label)

    def days_of(self, slot: str) -> list[str]:
        """Return the days of a slot; a slot that lists none has one day, named ``""``."""
        days: list[str] = self.problem["days"].get(slot, [""])
        return days

    @property
    def has_days(self) -> bool:
        """Whether anything in the problem is valid only on some days."""
        rows = (*self.problem["stocks"], *self.problem["people"], *self.problem["needs"])
        names = ("days", "skill_days", "status_days")
        return any(row.get(name) for row in rows for name in names)

    def label_line(self, line: Row) -> Row:
        """Return a copy of an answer's line or ground in which labels replace names."""
        if self.labels is None:
            return line
        names = {key: what for key, what in LINE_NAMES.items() if line.get(key) is not None}
        return self.labels.label_row(line, names)

    def list_asked(self, tier: int) -> list[Row]:
        """Return the needs of a tier without its duties."""
        return [n for n in self.problem["needs"] if n["tier"] == tier and not n["duty"]]

    def find_pair(self, need: str, stock: str, person: str | None) -> Row | None:
        """Return the pair of need and stock that names the person, else the one that names none.

        None if there is neither.
        """
        own = self.pairs.get((need, stock, person))
        return own if own is not None else self.pairs.get((need, stock, None))

    def score(self, need: str, stock: str, person: str | None) -> int:
        """Return the points (or costs) per unit, 0 if no pair is listed."""
        pair = self.find_pair(need, stock, person)
        return pair["score"] if pair else 0

    def consumption(self, need: str, stock: str, person: str | None) -> int:
        """Return the units of the stock used per unit given, 1 if no pair is listed."""
        pair = self.find_pair(need, stock, person)
        return pair["consumption"] if pair else 1


def index_month(problem: Row, *, is_drawn: bool = False) -> Month:
    """Index a problem. Raises ``BrokenInputError`` for repeated, unknown or cyclic ids.

    ``is_drawn``: a stage of the policy draws, so labels replace names.
    """
    month = _index(problem)
    if not is_drawn:
        return month
    labels = Labels(problem)
    return replace(_index(labels.label_problem(problem)), named=problem, labels=labels)


def _index(problem: Row) -> Month:
    stocks, people, needs = (_index_rows(problem, name) for name in ("stocks", "people", "needs"))
    _check_once(problem)
    _check_names(problem, {"stock": stocks, "person": people, "need": needs})
    ancestors = Ancestors({name: stock["parents"] for name, stock in stocks.items()})
    month = Month(problem, ancestors, stocks, people, needs, problem)
    for row in problem["pairs"]:
        month.pairs[row["need"], row["stock"], row["person"]] = row
    month.forbids.update((f["need"], f["stock"], f["person"]) for f in problem["forbids"])
    return month


def _index_rows(problem: Row, name: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for k, row in enumerate(problem[name]):
        if row["id"] in rows:
            raise BrokenInputError(f"problem.{name}[{k}].id", "used twice")
        rows[row["id"]] = row
    return rows


def _check_once(problem: Row) -> None:
    """Refuse a repeated pair, history, load or stage name: one of the two would be ignored."""
    for name, rows, keys in (
        ("pairs", problem["pairs"], ("need", "stock", "person")),
        ("history", problem["history"], ("dimension", "group")),
        ("loads", problem["loads"], ("giver", "measure")),
        ("policy.stages", problem["policy"]["stages"], ("name",)),
    ):
        seen = set()
        for k, row in enumerate(rows):
            found = tuple(row[key] for key in keys)
            if found in seen:
                raise BrokenInputError(f"problem.{name}[{k}]", "used twice")
            seen.add(found)


def _check_names(problem: Row, known: dict[str, dict[str, Row]]) -> None:
    """Refuse unknown ids, persons at an unstaffed stock, and days of a skill or status not had."""
    staffed = [name for name, stock in known["stock"].items() if stock["staffed"]]
    _refuse_others(problem, "stocks", "parents", known["stock"], "known")
    _refuse_others(problem, "people", "stocks", known["stock"], "known")
    _refuse_others(problem, "people", "stocks", set(staffed), "a staffed stock")
    for table, of, known_of in (
        ("people", "skill_days", "skills"),
        ("needs", "status_days", "statuses"),
    ):
        for k, row in enumerate(problem[table]):
            for name in sorted(set(row[of]).difference(row[known_of])):
                raise BrokenInputError(f"problem.{table}[{k}].{of}.{name}", "is not known")
    for table in ("pairs", "pins", "forbids"):
        for key, rows in known.items():
            _refuse_others(problem, table, key, rows, "known")


def _refuse_others(problem: Row, table: str, key: str, ids: Container[str], kind: str) -> None:
    """Raise ``BrokenInputError`` at the first row whose ``key`` names anything but these ids."""
    for k, row in enumerate(problem[table]):
        for name in row[key] if isinstance(row[key], list) else [row[key]]:
            if name is not None and name not in ids:
                raise BrokenInputError(f"problem.{table}[{k}].{key}", f"{name} is not {kind}")


def find_broken_filter(month: Month, need: Row, stock: Row, person: Row | None) -> str | None:
    """Return the first filter that keeps this stock (and person) from this need; None without one.

    The order of the filters is category, area, status, skill, slot, forbidden. With a person,
    ``skill`` also requires that the person staffs the stock, and ``slot`` a slot that passes
    ``suits_slot``. Without a person ``skill`` is left out, and ``slot`` requires
    ``suits_delivery``.
    """
    for name, is_passed in _filters(month, need, stock, person):
        if not is_passed:
            return name
    return None


def _filters(month: Month, need: Row, stock: Row, person: Row | None) -> Iterator[tuple[str, bool]]:
    yield "category", bool(stock["category"]) and stock["category"] == need["category"]
    areas_of = [stock, person] if person else [stock]
    yield "area", all(not row["areas"] or need["area"] in row["areas"] for row in areas_of)
    yield "status", not stock["statuses"] or not set(stock["statuses"]).isdisjoint(need["statuses"])
    if person:
        is_staff = stock["staffed"] and stock["id"] in person["stocks"]
        yield "skill", is_staff and set(need["requires"]) <= set(person["skills"])
        slots = person["slots"]
        yield "slot", any(suits_slot(month, need, stock, person, slot) for slot in slots)
    else:
        yield "slot", suits_delivery(month, need, stock)
    yield "forbidden", not is_forbidden(month, need, stock, person)


def suits_slot(month: Month, need: Row, stock: Row, person: Row, slot: str) -> bool:
    """Return whether need, stock and person all allow a visit on some day of this slot."""
    return (
        slot in person["slots"]
        and (not need["slots"] or slot in need["slots"])
        and (not stock["slots"] or slot in stock["slots"])
        and any(is_valid(need, stock, person, day) for day in month.days_of(slot))
    )


def suits_delivery(month: Month, need: Row, stock: Row) -> bool:
    """Return whether need and stock share a slot (an empty set: any) and a day in common.

    On that day both are valid, and so is a status that the stock asks for. If both have slots, it
    is a day of the shared slot.
    """
    if need["slots"] and stock["slots"]:
        shared = [slot for slot in need["slots"] if slot in stock["slots"]]
        return any(is_valid(need, stock, None, day) for s in shared for day in month.days_of(s))
    named = {*need["days"], *stock["days"]}.union(*need["status_days"].values())
    return any(is_valid(need, stock, None, day) for day in ("", *sorted(named)))


def is_valid(need: Row, stock: Row, person: Row | None, day: str) -> bool:
    """Return whether all that a need and a giver use together is valid on a day.

    On the day named ``""`` only what is valid on every day is valid.
    """
    if not (_holds(need["days"], day) and _holds(stock["days"], day)):
        return False
    counting = {s for s in need["statuses"] if _holds(need["status_days"].get(s), day)}
    if stock["statuses"] and not counting & set(stock["statuses"]):
        return False
    return person is None or _can(need, person, day)


def _can(need: Row, person: Row, day: str) -> bool:
    proofs = person["skill_days"]
    skills = (
        name in person["skills"] and _holds(proofs.get(name), day) for name in need["requires"]
    )
    return _holds(person["days"], day) and all(skills)


def _holds(days: list[str] | None, day: str) -> bool:
    return not days or day in days


def is_forbidden(month: Month, need: Row, stock: Row, person: Row | None) -> bool:
    """Return whether a forbid, the need's list or a bound of 0 units excludes this giver."""
    n, s, p = need["id"], stock["id"], person["id"] if person else None
    links: set[Link] = {(n, None, None), (n, s, None), (n, None, p), (n, s, p)}
    if links & month.forbids:
        return True
    ruling = [month.pairs[key] for key in ((n, s, None), (n, s, p)) if key in month.pairs]
    if need["listed"] and not ruling:
        return True
    return any(pair["most"] == 0 for pair in ruling)
