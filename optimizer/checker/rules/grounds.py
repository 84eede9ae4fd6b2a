"""Check the grounds of unmet needs: each has one, and what the filters decide is computed again."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from ..month.month import Month, find_broken_filter, is_valid, suits_slot
from ..month.read import RefutedError
from ..month.schema import Row

Giver = tuple[Row, Row | None]  # a stock and a person who staffs it
_BY_FORBIDS = ("forbidden", "declined_before")
BY_FILTERS = ("no_eligible_offer", *_BY_FORBIDS)


def check_grounds(month: Month, met: frozenset[str], grounds: list[Row]) -> None:
    """Raise ``RefutedError`` unless every unmet need, and no other need, has one ground.

    Also raises it if the filters contradict a ground: grounds in ``BY_FILTERS`` state that the
    filters exclude the need, every other ground states that they do not.
    """
    counts = Counter(ground["need"] for ground in grounds)
    unmet = month.needs.keys() - met
    wrong = sorted((counts.keys() ^ unmet) | {need for need in counts if counts[need] > 1})
    if wrong:
        raise RefutedError("grounds", need=wrong[0], stated=counts[wrong[0]])
    givers, reasons = _gather_givers(month), _gather_reasons(month)
    for ground in grounds:
        need, code = month.needs[ground["need"]], ground["code"]
        _check_ground(month, givers.get(need["category"], []), need, code)
        if code in _BY_FORBIDS and code != (true := _name_forbids(reasons[need["id"]])):
            raise RefutedError("ground", need=need["id"], stated=code, true=true)


def _gather_givers(month: Month) -> dict[str, list[Giver]]:
    """Return the givers keyed by category: each unstaffed stock, each staffed one by person."""
    staff: dict[str, list[Row]] = defaultdict(list)
    for person in month.problem["people"]:
        for stock in person["stocks"]:
            staff[stock].append(person)
    givers: dict[str, list[Giver]] = defaultdict(list)
    for stock in month.problem["stocks"]:
        people = staff[stock["id"]] if stock["staffed"] else (None,)
        givers[stock["category"]].extend((stock, person) for person in people)
    return givers


def _check_ground(month: Month, givers: list[Giver], need: Row, code: str) -> None:
    if (code in BY_FILTERS) == _has_a_way(month, givers, need):
        true = "eligible" if code in BY_FILTERS else "no_eligible_offer"
        raise RefutedError("ground", need=need["id"], stated=code, true=true)
    if code in _BY_FORBIDS and "forbidden" not in _broken_filters(month, givers, need):
        raise RefutedError("ground", need=need["id"], stated=code, true="no_eligible_offer")


def _gather_reasons(month: Month) -> dict[str, set[str]]:
    """Return the reasons of all forbids, keyed by need."""
    reasons: dict[str, set[str]] = defaultdict(set)
    for forbid in month.problem["forbids"]:
        reasons[forbid["need"]].add(forbid["reason"])
    return reasons


def _name_forbids(reasons: set[str]) -> str:
    """Return the ground of a need that forbids exclude, given the reasons of its forbids."""
    return "declined_before" if reasons == {"declined_before"} else "forbidden"


def _has_a_way(month: Month, givers: list[Giver], need: Row) -> bool:
    """Return whether enough givers pass every filter to meet the need, if no other need counted."""
    on_day: dict[tuple[str, str], set[str]] = defaultdict(set)
    units = 0
    least = need["quantity"] if need["least"] is None else need["least"]
    for stock, person in givers:
        if find_broken_filter(month, need, stock, person) is not None:
            continue
        if person is None:
            units += _reach(month, need, stock)
            if units >= least:
                return True
            continue
        for when in _list_times(month, need, stock, person):
            on_day[when].add(person["id"])
            if len(on_day[when]) >= need["people"]:
                return True
    return False


def _list_times(month: Month, need: Row, stock: Row, person: Row) -> Iterator[tuple[str, str]]:
    """Yield each slot and day on which a person can visit the need."""
    for slot in person["slots"] if person["most_visits"] else ():
        if suits_slot(month, need, stock, person, slot):
            days = month.days_of(slot)
            yield from ((slot, day) for day in days if is_valid(need, stock, person, day))


def _reach(month: Month, need: Row, stock: Row) -> int:
    """Return the most units that the stock could give to this need, if no other need counted."""
    pair = month.find_pair(need["id"], stock["id"], None)
    each, most = (pair["consumption"], pair["most"]) if pair else (1, None)
    room = min(month.stocks[name]["capacity"] for name in month.ancestors[stock["id"]])
    wanted = int(need["quantity"] if most is None else min(need["quantity"], most))
    return min(wanted, room // each) if each else wanted


def _broken_filters(month: Month, givers: list[Giver], need: Row) -> set[str | None]:
    """Return the set of first filters that the givers fail; None is in it if one passes all."""
    return {find_broken_filter(month, need, stock, person) for stock, person in givers}
