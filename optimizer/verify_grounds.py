"""The grounds of unmet needs: one each, and what the filters alone decide is decided again."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from optimizer.verify_month import Month, find_broken_filter
from optimizer.verify_read import RefutedError
from optimizer.verify_schema import Row

_BY_FILTERS = ("no_eligible_offer", "forbidden")


def check_grounds(month: Month, met: frozenset[str], grounds: list[Row]) -> None:
    """Raise ``RefutedError`` unless every unmet need, and no other, has one true ground."""
    told = Counter(ground["need"] for ground in grounds)
    unmet = month.needs.keys() - met
    wrong = sorted((told.keys() ^ unmet) | {need for need in told if told[need] > 1})
    if wrong:
        raise RefutedError("grounds", need=wrong[0], stated=told[wrong[0]])
    staff: dict[str, list[Row]] = defaultdict(list)
    for person in month.problem["people"]:
        for stock in person["stocks"]:
            staff[stock].append(person)
    for ground in grounds:
        _check_ground(month, staff, ground)


def _check_ground(month: Month, staff: dict[str, list[Row]], ground: Row) -> None:
    need, code = month.needs[ground["need"]], ground["code"]
    broken = set(_broken_filters(month, staff, need))
    true = "forbidden" if "forbidden" in broken else "no_eligible_offer"
    true = "" if None in broken else true
    if (true or code in _BY_FILTERS) and true != code:
        raise RefutedError("ground", need=need["id"], stated=code, true=true or "eligible")


def _broken_filters(month: Month, staff: dict[str, list[Row]], need: Row) -> Iterator[str | None]:
    """The first filter that each possible giver fails; None for one that fails none."""
    if (need["id"], None, None) in month.forbids:
        yield "forbidden"
        return
    for stock in month.problem["stocks"]:
        if not stock["staffed"] or stock["category"] != need["category"]:
            yield find_broken_filter(month, need, stock, None)
        else:
            for person in staff[stock["id"]]:
                yield find_broken_filter(month, need, stock, person)
