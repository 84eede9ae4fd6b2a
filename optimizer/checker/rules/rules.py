"""(C1 to C11, C15) Check every rule of the assignments one by one in whole numbers.

Each check raises ``RefutedError`` at the first fault and states the rule in its docstring. The
numbers are those of FORMULATION.md.
"""

from collections import Counter, defaultdict

from ..month.month import Month, find_broken_filter, is_valid, suits_slot
from ..month.read import RefutedError
from ..month.schema import Row

Lines = list[Row]


def check_rules(month: Month, lines: Lines) -> None:
    """Raise ``RefutedError`` at the first assignment or sum that breaks a rule."""
    _check_lines(month, lines)
    by_need: dict[str, Lines] = defaultdict(list)
    for line in lines:
        by_need[line["need"]].append(line)
    for need, served in by_need.items():
        _check_way(month, month.needs[need], served)
        _check_most(month, served)
    _check_times(month, lines)
    _check_capacities(month, lines)
    _check_pins(month, by_need)


def _check_lines(month: Month, lines: Lines) -> None:
    seen = set()
    for line in lines:
        facts = {key: line[key] for key in ("need", "stock", "person", "slot")}
        for key, known in (
            ("need", month.needs),
            ("stock", month.stocks),
            ("person", month.people),
        ):
            if line[key] not in known and not (key == "person" and line[key] is None):
                raise RefutedError(f"unknown_{key}", **facts)
        if tuple(facts.values()) in seen:
            raise RefutedError("duplicate_assignment", **facts)
        seen.add(tuple(facts.values()))
        if line["units"] < 1:
            raise RefutedError("units_below_one", **facts, units=line["units"])
        _check_eligible(month, line, facts)


def _check_eligible(month: Month, line: Row, facts: Row) -> None:
    need, stock = month.needs[line["need"]], month.stocks[line["stock"]]
    person = month.people[line["person"]] if line["person"] is not None else None
    names = [line["person"], line["slot"]]
    if stock["staffed"] and None in names:
        raise RefutedError("visit_without_person_or_slot", **facts)
    if not stock["staffed"] and names != [None, None]:
        raise RefutedError("delivery_with_person_or_slot", **facts)
    broken = find_broken_filter(month, need, stock, person)
    if broken is not None:
        raise RefutedError("not_eligible", filter=broken, **facts)
    if person is None:
        return
    if not suits_slot(month, need, stock, person, line["slot"]):
        raise RefutedError("wrong_slot", **facts)
    if line["units"] != 1:
        raise RefutedError("visit_of_many_units", **facts, units=line["units"])


def _check_team(month: Month, need: Row, visits: Lines) -> None:
    slots = sorted({line["slot"] for line in visits})
    if len(slots) > 1:
        raise RefutedError("team_in_two_slots", need=need["id"], slots=",".join(slots))
    people = {line["person"] for line in visits}
    if len(people) != len(visits):
        raise RefutedError("person_twice_in_team", need=need["id"])
    if len(people) != need["people"]:
        raise RefutedError("team_size", need=need["id"], people=len(people), asked=need["people"])
    team = [(month.stocks[line["stock"]], month.people[line["person"]]) for line in visits]
    days = month.days_of(slots[0])
    if not any(all(is_valid(need, *giver, day) for giver in team) for day in days):
        raise RefutedError("team_without_a_day", need=need["id"], slot=slots[0])


def _check_way(month: Month, need: Row, served: Lines) -> None:
    """(C1 to C4) A need is met by one team in one slot, or by least to quantity units delivered."""
    visits = [line for line in served if line["person"] is not None]
    if visits and len(visits) < len(served):
        raise RefutedError("two_ways", need=need["id"])
    if visits:
        _check_team(month, need, visits)
        return
    units = sum(line["units"] for line in served)
    least = need["quantity"] if need["least"] is None else need["least"]
    if not least <= units <= need["quantity"]:
        raise RefutedError(
            "quantity", need=need["id"], units=units, least=least, most=need["quantity"]
        )


def _check_most(month: Month, served: Lines) -> None:
    """(C10) The units that one need gets from one stock are at most the bound of their pair."""
    units: Counter[tuple[str, str]] = Counter()
    for line in served:
        units[line["need"], line["stock"]] += line["units"]
    for (need, stock), given in units.items():
        pair = month.pairs.get((need, stock, None))
        if pair is not None and pair["most"] is not None and given > pair["most"]:
            raise RefutedError(
                "most_of_pair", need=need, stock=stock, units=given, most=pair["most"]
            )


def _check_times(month: Month, lines: Lines) -> None:
    """(C5, C6, C8) No person or recipient is in two visits in a slot; nobody makes too many."""
    busy: dict[tuple[str, str], str] = {}
    received: dict[tuple[str, str], str] = {}
    visits: Counter[str] = Counter()
    for line in lines:
        if line["person"] is None:
            continue
        person, slot, need = line["person"], line["slot"], line["need"]
        other = busy.setdefault((person, slot), need)
        if other != need:
            raise RefutedError(
                "two_places_at_once", person=person, slot=slot, needs=other + "," + need
            )
        recipient = month.needs[need]["recipient"]
        other = received.setdefault((recipient, slot), need)
        if other != need:
            raise RefutedError(
                "recipient_twice_at_once", recipient=recipient, slot=slot, needs=other + "," + need
            )
        visits[person] += 1
    for person, count in visits.items():
        most = month.people[person]["most_visits"]
        if count > most:
            raise RefutedError("most_visits", person=person, visits=count, most=most)


def sum_uses(month: Month, lines: Lines) -> Counter[str]:
    """Return the units used of each stock, including the uses of its descendants."""
    used: Counter[str] = Counter()
    for line in lines:
        each = month.consumption(line["need"], line["stock"], line["person"])
        for stock in month.ancestors[line["stock"]]:
            used[stock] += each * line["units"]
    return used


def _check_capacities(month: Month, lines: Lines) -> None:
    """(C7, C15) The uses of every stock are between ``least`` and its capacity.

    They are also 0 or at least ``least_if_used``.
    """
    used = sum_uses(month, lines)
    for stock in month.problem["stocks"]:
        name, units = stock["id"], used[stock["id"]]
        if units > stock["capacity"]:
            raise RefutedError("capacity", stock=name, units=units, capacity=stock["capacity"])
        if units < stock["least"]:
            raise RefutedError("least_use", stock=name, units=units, least=stock["least"])
        if units and units < stock["least_if_used"]:
            least = stock["least_if_used"]
            raise RefutedError("least_if_used", stock=name, units=units, least=least)


def _check_pins(month: Month, by_need: dict[str, Lines]) -> None:
    """(C11) Every pinned need is met, by the stock and the person that the pin names, if any."""
    for pin in month.problem["pins"]:
        held = [
            line
            for line in by_need.get(pin["need"], ())
            if pin["stock"] in (None, line["stock"]) and pin["person"] in (None, line["person"])
        ]
        if not held:
            raise RefutedError("pin", need=pin["need"], stock=pin["stock"], person=pin["person"])
