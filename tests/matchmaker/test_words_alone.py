"""A word alone is one text for all its uses: it has one meaning in them all, or a context.

``_c("Offer", "Kind")`` in code and ``pgettext("Offer", "Kind")`` in templates give each meaning a
translation of its own.
"""

import re
from collections import defaultdict

from tests.matchmaker.test_translations import extract_texts

# Words that mean the same wherever they are, with the reason why that is certain.
ONE_MEANING = {
    "the name of a page, or of a list on it": {
        "Accessibility",
        "Accounts",
        "Audit",
        "Needs",
        "Offers",
        "Organisations",
        "Places",
        "Residents",
        "Results",
        "Rounds",
    },
    "what a button does, and its thing is in the sentence beside it": {
        "Approve",
        "Back",
        "Change",
        "Continue",
        "Pause",
        "Print",
        "Register",
        "Resume",
        "Save",
        "Send",
        "Withdraw",
    },
    "what a button did": {"Added.", "Saved."},
    "what the form itself says of any of its fields": {
        "(optional)",
        "Choose",
        "Error:",
        "Tick",
    },
    "something of which the glossary has one": {
        "Aim",
        "Block",
        "Category",
        "Committee",
        "Consents",
        "Ground",
        "Household",
        "Invitation",
        "Need",
        "Offer",
        "Organisation",
        "Place",
        "Programme",
        "Promise",
        "Promises",
        "Qualifications",
        "Resident",
        "Run",
        "Runs",
        "Unit",
        "Urgency",
        "Volunteer",
    },
    "the number by which people name a thing to each other": {"Number", "Reference", "Request"},
    "how a person is called": {"Name"},
    "a date, an hour or a month": {"Date", "Day", "Month", "When"},
    "where a person lives or a thing takes place": {"Address", "Where"},
    "what an act was done for, as its doer wrote it": {"Reason"},
    "every row, or none": {"All", "None"},
    "how two entries compare": {"Different"},
    "the badge of what the reader has not seen": {"New"},
    "past the day by which it was due": {"Late"},
    "as much of help as the unit beside it says": {"Amount", "visits"},
    "what a run decided of a need, and how many it helps": {"Lines", "Met", "Promised", "Result"},
    "who gives the help that a need gets": {"From"},
    "what the account may do": {"Role"},
    "where a thing stands in its life, in the words of its enum": {"State"},
    "a status of a person": {"Status"},
    "how an agreement goes on after its end": {"Renewal"},
    "a blank for a hand": {"Signature"},
    "a figure that would point at one person": {"hidden"},
    "a sum of money": {"yuan"},
    "the act that makes a run": {"Solve"},
    "the name of the site": {"Leshan"},
    "one of two answers to a question beside it": {"no", "yes"},
    "what a person decided of a need: a pin or a forbid": {"Decision"},
    "why something was done, in a sentence that the resident reads": {"Why"},
}


def list_shared() -> dict[str, set[str]]:
    """Each word alone without a context that several files use, with the files."""
    files = defaultdict(set)
    for file, text, context in extract_texts():
        says_a_word = re.search("[A-Za-z]", re.sub(r"%\(\w+\)s", "", text))
        if context is None and len(text.split()) == 1 and says_a_word:
            files[text].add(file)
    return {text: found for text, found in files.items() if len(found) > 1}


def test_a_word_alone_in_several_files_has_a_context_or_one_meaning():
    known = set().union(*ONE_MEANING.values())
    shared = list_shared()
    assert len(shared) > 50
    unclear = {text: sorted(files) for text, files in shared.items() if text not in known}
    assert unclear == {}, "give each meaning a context, or the word its reason in ONE_MEANING"


def test_a_word_with_a_reason_is_used_in_several_files():
    reasoned = [word for words in ONE_MEANING.values() for word in words]
    assert sorted(set(reasoned) - list_shared().keys()) == []
    assert len(reasoned) == len(set(reasoned)), "a word with two reasons has two meanings"
