"""The rules of every published policy in words: what each does and why a resident would accept it.

A month keeps the words of the policy under which it was opened, because the same code may mean
another rule in a later policy. Every page takes the words of a code from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from matchmaker.rounds.words.counts import (
    count_first_turns,
    count_homes,
    count_known,
    count_later_turns,
    count_needs,
    count_people,
    count_points,
    count_visits,
    show_plain,
)

FIRST_POLICY = "community/1"
SECOND_POLICY = "community/2"
COST = {"requests": 2, "homes": 7, "danger": 13}  # the second policy compared with the first


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, and why a resident would accept it.

    behind    what a resident reads if the rule gave the places to others
    reached   a word for what the rule reached, for tables, if no number says it
    counted   says the whole number that it reached, and how it is shown, with what it counts
    """

    name: str
    reason: str
    behind: str = ""
    reached: str = ""
    counted: Callable[[int, str], str] = show_plain


@dataclass(frozen=True, slots=True)
class Part:
    """Stages that answer one question together; ``code`` is their name in the terminal."""

    code: str
    title: str
    gist: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """The words of a policy.

    rules            rule by code, in the order of the policy
    coverage         what the chart of committees counts
    coverage_title   the title of this chart
    cost             what the rules cost beside those of the policy before, as measured
    tiered           the rules that are applied to each urgency in turn
    parts            empty: the stages are few enough to be read one after another
    """

    rules: Mapping[str, Rule]
    coverage: str
    coverage_title: str
    cost: str = ""
    tiered: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())


# community/1

_COMMUNITY_1 = PolicyWords(
    {
        "duties": Rule(
            _l("Promises first"),
            _l(
                "Visits already promised to people in long-term care pairings come before all "
                "else, the most at risk first."
            ),
            _l("This way more of the visits promised long before can be kept."),
            counted=count_visits,
        ),
        "urgency": Rule(
            _l("The most urgent first"),
            _l(
                "As many as possible of the most urgent needs are met, then of the next. Nobody's "
                "comfort comes before somebody's danger."
            ),
            _l("This way more needs are met, the most urgent first."),
            counted=count_needs,
        ),
        "waiting": Rule(
            _l("Those who wait longest"),
            _l(
                "Among equally urgent needs, the one passed over most often comes first. After "
                "three months without an answer a need counts as more urgent, so nothing waits "
                "for ever."
            ),
            _l("This way, among equally urgent needs, more of the longest-waiting ones are met."),
            counted=count_needs,
        ),
        "neighbourhoods": Rule(
            _l("No neighbourhood left behind"),
            _l(
                "The neighbourhood whose people are served least is raised as high as it can be, "
                "then the next, and so on. Earlier months count."
            ),
            _l("This way help is spread more evenly over the neighbourhoods."),
        ),
        "people": Rule(
            _l("More people before more help for one"),
            _l("A first need of one person comes before a second need of another."),
            _l("This way more people have some help this month."),
            counted=count_people,
        ),
        "points": Rule(
            _l("The most help"),
            _l(
                "What is left goes where it helps most, by points that are published for each "
                "kind of help."
            ),
            _l("This way the published points of what is met add up to more."),
            counted=count_points,
        ),
        "fullness": Rule(
            _l("As full as possible"),
            _l(
                "Where part of a quantity is useful, people are given as much of what they asked "
                "for as there is."
            ),
            _l("This way more is given of what can be divided."),
        ),
        "burden": Rule(
            _l("A fair share for those who give"),
            _l(
                "The work is spread: the busiest organisation is asked for as little as possible "
                "of what it pledged, then the next."
            ),
            _l("This way the work is spread more evenly over the organisations."),
        ),
        "kindness": Rule(
            _l("The kindness of detail"),
            _l("The visitor you know, the skill that fits, the shorter way."),
            _l("This way people are visited more by those they know."),
            counted=count_points,
        ),
        "lottery": Rule(
            _l("The public lottery"),
            _l(
                "Among equals only chance decides. The draw is fixed by a public value announced "
                "before, so nobody can steer it and anyone can repeat it."
            ),
        ),
    },
    _l("Needs met of those that could be met: six earlier months and this one."),
    _l("Coverage by committee"),
)

# community/2

_TURNS = {
    "duties": Rule(
        _l("What was promised"),
        _l(
            "Visits that a long-term pairing has promised are arranged before new requests of the "
            "same urgency. A promise to somebody less urgent never takes a place from somebody "
            "more urgent."
        ),
        _l("This way more of the visits promised to homes %(urgency)s can be kept."),
        counted=count_visits,
    ),
    "first-turns": Rule(
        _l("The first turn of every home"),
        _l(
            "Of one kind of help, the home that has waited the most months has its turn first. "
            "However many requests of that kind a home has, it is counted once here."
        ),
        _l(
            "This way more homes %(urgency)s have the first turn of their kind of help, "
            "the longest wait first."
        ),
        counted=count_first_turns,
    ),
    "homes": Rule(
        _l("Help for more homes"),
        _l(
            "Where the waits are equal and there is still a choice, as many different homes as "
            "possible get something. Only what is still open counts; what a home has for certain "
            "does it no harm."
        ),
        _l("This way more homes %(urgency)s have some of the help that was still open."),
        counted=count_homes,
    ),
    "later-turns": Rule(
        _l("Second turns and later ones"),
        _l(
            "A second helping of the same kind is looked at when the first turns are settled, a "
            "third after that. Here, too, the longest wait comes first."
        ),
        _l("This way homes %(urgency)s have more second and later turns, the longest wait first."),
        counted=count_later_turns,
    ),
}
_COMMUNITY_2 = PolicyWords(
    {
        **_TURNS,
        "neighbourhoods": Rule(
            _l("Neighbourhoods that have had less"),
            _l(
                "Where several neighbourhoods need the same help and there is too little, the "
                "next place goes to the one that has had the smallest part of it in six months. "
                "Help that was never in question counts for nobody."
            ),
            _l(
                "This way more goes to the neighbourhoods that have had the smallest part of "
                "such help in six months."
            ),
        ),
        "points": Rule(
            _l("The published points"),
            _l(
                "If there is a choice even then, the needs whose published points add up to most "
                "are met. The points of each kind of help are fixed when the lists are closed. A "
                "visit of a long-term pairing that was missed last month has 100 points more."
            ),
            _l("This way the published points of what is met add up to more."),
            counted=count_points,
        ),
        "draw": Rule(
            _l("The public draw"),
            _l(
                "What is still equal is drawn, in a way that anyone can repeat: one ticket for "
                "each home, however many requests it has. After that, tickets also order the "
                "needs themselves."
            ),
            _l(
                "Several homes had the same right to it, so lots were drawn, one ticket for each "
                "home."
            ),
            reached=_l("by the tickets"),
        ),
        "shares": Rule(
            _l("Equal shares"),
            _l(
                "Rice, oil and whatever else can be divided is spread evenly over the homes "
                "served, up to what each one asked for. Who is served does not change any more."
            ),
            _l("All homes that were served got the same, up to what each one asked for."),
            reached=_l("spread evenly"),
        ),
        "odd-units": Rule(
            _l("What does not come out even"),
            _l(
                "Single units that remain after equal sharing go out in the order of the tickets. "
                "Those are the tickets of the same draw; nothing is drawn a second time."
            ),
            _l("Single units that remained after equal sharing went by the draw."),
            reached=_l("by the tickets"),
        ),
        "burden": Rule(
            _l("Turns among those who give"),
            _l(
                "Among organisations that can give the same, the one that has carried the "
                "smallest part of its agreement for the year is asked first. Dividing an offer or "
                "pledging less this month moves nobody to the back."
            ),
            _l("This only decides which organisation is asked, never who is helped."),
        ),
        "kindness": Rule(
            _l("Familiar, suitable, near"),
            _l(
                "When it is settled who is helped and how much each organisation carries, "
                "visitors are chosen who are known, suited and near. Nobody gains "
                "or loses help by it."
            ),
            _l("This only decides who comes, never who is helped."),
            counted=count_known,
        ),
    },
    coverage=_l(
        "Of the help that several committees needed and that was not enough for all: needs met of "
        "those that could be met. The months that still count, and this one."
    ),
    coverage_title=_l("Contested help by committee"),
    # From optimizer/bench/policies.jsonl, in needs of a thousand; a test adds it up again.
    cost=_l(
        "Measured on 100 invented months beside the rules before: of 1,000 requests met, "
        "%(requests)s fewer; of 1,000 homes helped, %(homes)s fewer; of 1,000 requests met of "
        "people in danger, %(danger)s more.",
        **COST,
    ),
    tiered=tuple(_TURNS),
    parts=(
        Part(
            "urgency 1",
            _l("Urgency 1: danger to life or health"),
            _l(
                "People in danger come before everybody: first what was promised to them, then "
                "by waiting, each home once before any has more."
            ),
            tuple(f"{code}-1" for code in _TURNS),
        ),
        Part(
            "urgency 2",
            _l("Urgency 2: cannot wait long"),
            _l("The same order, with what people in danger do not need."),
            tuple(f"{code}-2" for code in _TURNS),
        ),
        Part(
            "urgency 3",
            _l("Urgency 3: can wait its turn"),
            _l("The same order again, with what is left then."),
            tuple(f"{code}-3" for code in _TURNS),
        ),
        Part(
            "still open",
            _l("Who, where it is still open"),
            _l("Neighbourhoods that have had less, then published points, then the draw."),
            ("neighbourhoods", "points", "draw"),
        ),
        Part(
            "how much",
            _l("How much each home gets"),
            _l("Equal shares; what does not come out even goes by the draw."),
            ("shares", "odd-units"),
        ),
        Part(
            "by whom",
            _l("Who gives it"),
            _l(
                "The organisation that has carried the smallest part of its agreement, then the "
                "visitor who is known, suited and near."
            ),
            ("burden", "kindness"),
        ),
    ),
)

# In the order of publication; a month is read by the words of its own policy.
POLICY_WORDS: Mapping[str, PolicyWords] = {FIRST_POLICY: _COMMUNITY_1, SECOND_POLICY: _COMMUNITY_2}
