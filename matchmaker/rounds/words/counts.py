"""What the numbers of a run's aims count, in words that are right for one as well.

Each function takes a number, which chooses one or many, and the text in which it is shown.
"""

from flask_babel import ngettext


def show_plain(_number: int, shown: str) -> str:
    """A number of an aim that has no words of its own, as it is shown."""
    return shown


def count_visits(number: int, shown: str) -> str:
    """A number of visits that were promised and are kept."""
    return ngettext(
        "%(value)s promised visit kept", "%(value)s promised visits kept", number, value=shown
    )


def count_first_turns(number: int, shown: str) -> str:
    """A number of homes that have their first turn."""
    return ngettext("%(value)s first turn", "%(value)s first turns", number, value=shown)


def count_homes(number: int, shown: str) -> str:
    """A number of homes among what is still open."""
    return ngettext(
        "%(value)s home of those still open",
        "%(value)s homes of those still open",
        number,
        value=shown,
    )


def count_later_turns(number: int, shown: str) -> str:
    """A number of second turns and later ones."""
    return ngettext("%(value)s later turn", "%(value)s later turns", number, value=shown)


def count_points(number: int, shown: str) -> str:
    """A number of published points."""
    return ngettext("%(value)s point", "%(value)s points", number, value=shown)


def count_people(number: int, shown: str) -> str:
    """A number of people."""
    return ngettext("%(value)s person", "%(value)s people", number, value=shown)


def count_known(number: int, shown: str) -> str:
    """A number of points for visitors known to the resident."""
    return ngettext(
        "%(value)s point for visitors who are known",
        "%(value)s points for visitors who are known",
        number,
        value=shown,
    )


def count_needs(number: int, shown: str) -> str:
    """A number of needs and of visits of pairings."""
    return ngettext(
        "%(value)s need or promised visit met",
        "%(value)s needs and promised visits met",
        number,
        value=shown,
    )
