"""Why the site refused something and what to do now: one sentence for each error code.

The subject of a code ``subject.reason`` decides to which page the error page leads back; the reason
names the broken rule. A test fails for a code that is raised without a sentence here, and for a
sentence that nothing raises, so there is no default sentence.
"""

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l

from matchmaker.base.errors import DomainError
from matchmaker.kinds import Quantity
from matchmaker.words.quantities import format_day, format_quantity
from matchmaker.words.round_refusals import (
    CHOOSE_FROM_THE_LIST,
    REASON_LENGTH,
    ROUNDS,
    Sentences,
)

_NO_SUCH_PERSON = _l("There is no such person here.")
_CHOOSE_TIMES = _l("Choose times from the list.")
_CHOOSE_COMMITTEES = _l("Choose neighbourhood committees of your street office.")

_SITE: Sentences = {
    "site.changed_meanwhile": _l("Somebody changed this after you opened it. Look at it again."),
    "form.changed_meanwhile": _l(
        "Somebody changed this after you opened it. What you typed is below and is not saved yet: "
        "look at what it says now, then send it again or leave it."
    ),
    "site.throttled": _l("Too many tries"),
    "demo.not_a_demo": _l("This database holds more than a demo, so no demo is put into it."),
    "demo.person_unknown": _NO_SUCH_PERSON,
    "category.unknown": _l("There is no such kind of help here."),
    "subdistrict.unknown": _l("There is no such street office here."),
    "work.unknown": _l("Nothing of this kind waits for you here."),
}

_ACCOUNTS: Sentences = {
    "list.not_read": _l("You have not read this list today. Open it again."),
    "account.own": _l("This is your own account. Another administrator can change it."),
    "account.already_disabled": _l("This account is disabled already."),
    "account.not_disabled": _l("This account is not disabled."),
    "account.no_organisation": _l(
        "Your account belongs to no organisation. Ask the administrator."
    ),
    "account.phone_full": _l("Too many people use this phone number here. Enter another one."),
    "account.role_apart": _l(
        "This role takes an account of its own. Sign out, then join with the code."
    ),
    "account.role_by_invitation": _l(
        "This role takes an invitation, which a second person confirms. Invite the person anew."
    ),
    "account.scope_missing": _l("Choose or enter who or what this role is for."),
    "account.sign_in_failed": _l(
        "This phone number and password do not open an account. If several people sign in with "
        "this phone, write your letter behind the number."
    ),
    "account.unknown": _l("There is no such account here."),
    "session.unknown": _l("That browser is signed out already."),
    "invitation.unusable": _l(
        "This code is not valid, or was used, or is too old. Ask for another."
    ),
    "invitation.role_not_yours": _l("You cannot invite this role."),
    "invitation.scope_unknown": _l("You can invite only your own people."),
    "invitation.unknown": _l("There is no such invitation of yours."),
    "password.wrong": _l("This is not the present password."),
    "password.unchanged": _l("Choose a password other than the present one."),
    "password.monotonous": _l("Use more different characters."),
    "password.is_phone": _l("Do not use your phone number in the password."),
    "password.common": _l("Too many people choose this password. Choose a rarer one."),
    "password.short": _l("Use at least %(limit)s characters."),
    "password.long": _l("Use at most %(limit)s characters."),
}

_NEEDS: Sentences = {
    "need.state": _l("It has moved on, and this can no longer be done. See where it is now."),
    "need.changed_meanwhile": _l("Somebody changed this after you opened it. Look at it again."),
    "need.incomplete": _l(
        "A question is still open. Go on with it from your list, answer the question and send it."
    ),
    "need.not_editable": _l("It was sent already, so its answers can no longer be changed."),
    "need.not_draft": _l("It was sent before, so it cannot be thrown away. You can take it back."),
    "need.not_returned": _l("It does not wait for a correction any more. See where it is now."),
    "need.not_mergeable": _l(
        "These two cannot be joined. Both must be the same resident's and of the same kind of "
        "help, and neither may be in a round, met or ended."
    ),
    "need.no_free_reference": _l(
        "Many needs are being entered just now. Wait a minute and send it again."
    ),
    "need.category_unknown": _l("Choose a kind of help from the list."),
    "need.quantity_missing": _l("Enter how much is needed: this kind of help asks for it."),
    "need.quantity_out_of_range": _l("Enter between %(least)s and %(most)s."),
    "need.wish_repeats": _l("A wish is fulfilled once. Choose “Only once”."),
    "need.repeat_month": _l("Choose one of the next twelve months."),
    "need.repeats_with_day": _l(
        "What comes back every month has a last month and no last day. Leave one of the two out."
    ),
    "need.useful_day": _l("Choose a day between %(first)s and %(last)s, or leave it empty."),
    "need.not_referred": _l("No other office has it now. See where it is."),
    "need.referral_length": _l("Write at least one word and at most %(most)s characters."),
    "need.referral_day": _l("Choose a day between %(first)s and %(last)s."),
    "need.not_expired": _l("The time for it is not over. See where it is now."),
    "need.repeat_not_asked": _l("Nobody asks whether it goes on. It was said already."),
    "need.repeats_no_more": _l("It does not come back any more, or has come back already."),
    "need.consent_not_online": _l("Say how the resident agreed."),
    "need.description_length": _l("Write one sentence of at most %(most)s characters."),
    "need.second_person": _l(
        "You entered this request yourself, so you cannot make it urgency 1 alone. A colleague of "
        "the committee or a social worker must check it, or choose another urgency."
    ),
    "need.second_person_corrects": _l(
        "You entered this request yourself, and urgency 1 takes two persons. A colleague of the "
        "committee or a social worker must correct it."
    ),
    "need.not_correctable": _l(
        "Only a checked need that waits for the next list can be corrected. See where it is now."
    ),
    "need.nothing_corrected": _l("Nothing is different yet. Change what is wrong, or go back."),
    "need.not_undoable": _l(
        "This check can no longer be undone: a list was locked since, or somebody else changed it. "
        "It can still be corrected while it waits."
    ),
    "need.not_waiting": _l(
        "It was checked already. Ask your committee, which can correct it until the list is locked."
    ),
    "need.tier_unknown": _l("Choose how urgent it is."),
    "need.reason_length": REASON_LENGTH,
    "need.reply_day": _l("Choose a day between %(first)s and %(last)s."),
    "need.question_unknown": _l("This question is not asked for this need."),
    "need.unknown": _l("There is no such need here."),
    "need.times_fixed": _l("Times can be added while it waits for the next month."),
    "question.not_decided": _l("No month has decided this yet, so there is nothing to ask about."),
    "question.answered": _l("This question is answered already."),
    "question.words_length": _l("Write at most %(most)s characters."),
    "question.answer_length": _l("Write one sentence of at most %(most)s characters."),
    "question.unknown": _l("There is no such question here."),
}

_PAIRINGS: Sentences = {
    "pairing.unknown": _l("There is no such pairing here."),
    "pairing.over": _l(
        "The last day of this pairing is past. If it was changed, open the one that goes on. "
        "Otherwise enter a new one."
    ),
    "pairing.organisation": CHOOSE_FROM_THE_LIST,
    "pairing.category": CHOOSE_FROM_THE_LIST,
    "pairing.month": _l("Choose a month from the list. Earlier lists are locked."),
    "pairing.volunteer": _l(
        "This organisation has no volunteer with that number. Look at its list, or leave it empty."
    ),
    "pairing.no_contact": _l("There is no contact with this person any more."),
    "pairing.day": _l("Choose a day between %(first)s and %(last)s."),
    "pairing.exists": _l(
        "This organisation and this resident are paired for this kind of help at that time "
        "already. Change that pairing instead."
    ),
    "pairing.nothing_changed": _l("Nothing is different yet. Change something, or go back."),
    "pairing.no_free_reference": _l(
        "Many pairings are being entered just now. Wait a minute and send it again."
    ),
}

_RESIDENTS: Sentences = {
    "resident.perhaps_known": _l(
        "Perhaps this person is registered already. Compare, then tick the box to go on."
    ),
    "resident.birth_year_impossible": _l("Enter a year between %(earliest)s and %(latest)s."),
    "resident.reference_unknown": _l("There is no resident with this reference here."),
    "resident.same_entry": _l("This is the entry itself. Enter the reference of the other one."),
    "resident.not_said_same": _l("Compare the two, then tick that they are one person."),
    "resident.two_accounts": _l(
        "Both entries have an account, and nobody can tell here which one is used. Ask the "
        "administrator to disable one, then try again."
    ),
    "resident.contact_with_one": _l(
        "There is no contact with one of the two any more. Find out what is right, and stop or "
        "allow the contact on the page of one of them. Then try again."
    ),
    "committee.unknown": _l("There is no such committee here."),
    "resident.committee_unknown": CHOOSE_FROM_THE_LIST,
    "resident.household_unknown": _l("This committee has no household with that reference."),
    "resident.block_missing": _l(
        "Enter the estate or lane, or the reference of a known household."
    ),
    "resident.contact_ended": _l(
        "There is no contact with this person any more, so nothing is posted. If that is a "
        "mistake, allow contact again on the person’s page first."
    ),
    "resident.contact_not_ended": _l("The contact with this person was not stopped."),
    "resident.unknown": _NO_SUCH_PERSON,
    "contact.ground_not_yours": _l("Your role does not show you contact data for this reason."),
    "status.state": {
        "verified": _l("This status is verified already."),
        "over": _l("This status no longer counts. Record it again."),
    },
    "status.second_person": _l(
        "You recorded this status yourself. A colleague of the committee or a social worker must "
        "verify it."
    ),
    "status.last_day_past": _l("The last day must not be before today."),
    "status.committee_records": _l("Only a neighbourhood committee records a status."),
    "status.unknown": _l("There is no such recipient status here."),
}

_CALENDAR: Sentences = {
    "calendar.unknown": _l("The notice of this year cannot be entered now."),
    "calendar.changed_meanwhile": _l(
        "Somebody changed this notice after you opened it. Look at it again."
    ),
    "calendar.number_length": _l("Enter the number in at most %(most)s characters."),
    "calendar.no_break": _l("Enter at least one break and at most %(most)s."),
    "calendar.break_name": _l("Name the break in at most %(most)s characters."),
    "calendar.break_length": _l(
        "The last day must not be before the first one, and a break has at most %(most)s days."
    ),
    "calendar.other_year": _l("This day is not of the year %(year)s."),
    "calendar.overlap": _l("This break shares a day with one above."),
    "calendar.not_made_up": _l("%(day)s is not a Saturday or Sunday, or it lies in a break."),
}

_GIVERS: Sentences = {
    "absence.unknown": _l("There are no such days away here."),
    "absence.last_day": _l("The last day must not be before the first day, nor before today."),
    "absence.too_long": _l("Enter at most %(most)s days, or let the volunteer pause."),
    "absence.too_many": _l("There are %(most)s entries already. Take one out first."),
    "offer.state": _l("The offer has moved on and this step no longer fits its state."),
    "offer.changed_meanwhile": _l(
        "Somebody changed this offer after you opened it. Look at it again."
    ),
    "offer.organisation_not_approved": _l(
        "The organisation is not approved at present. Offers can be handed in once it is."
    ),
    "offer.validity_over": _l("The offer's last day is past. Set a later last day first."),
    "offer.title_length": _l("Give the offer a name of at most %(most)s characters."),
    "offer.capacity_out_of_range": _l("Enter an amount above 0 that you can keep every month."),
    "offer.stock_out_of_range": _l("Enter an amount above 0, or leave it empty."),
    "offer.stock_gone": _l("Enter at least %(least)s: that much was given or is promised."),
    "offer.stock_set_aside": _l(
        "Enter at least %(least)s: that much was given, is promised, or may be promised by a month "
        "whose list is locked. A lower amount can be entered once that month is published."
    ),
    "offer.stock_above_most": _l("One offer can have %(most)s in all, and this makes more."),
    "offer.more_too_little": _l("Enter an amount above 0."),
    "offer.no_stock": _l("This offer has no limit in all, so there is nothing to add. Change it."),
    "offer.last_day_too_early": _l(
        "The last day must not be before the first day or before today."
    ),
    "offer.windows_unknown": _CHOOSE_TIMES,
    "offer.statuses_unknown": CHOOSE_FROM_THE_LIST,
    "offer.committees_unknown": _CHOOSE_COMMITTEES,
    "offer.reason_length": REASON_LENGTH,
    "offer.place_unknown": _l("Choose one of your places or of the office's that is in use."),
    "offer.handing_over": CHOOSE_FROM_THE_LIST,
    "offer.remark_length": _l("Write this in at most %(most)s characters."),
    "offer.promised_more": _l(
        "Enter at least %(least)s: that much is promised in a published month. A lower amount can "
        "be entered once that month is over."
    ),
    "offer.promised": _l(
        "Promises of a published month that could not be kept then: %(count)s. Change it once that "
        "month is over, or ask the office."
    ),
    "offer.unknown": _l("There is no such offer here."),
    "organisation.state": _l(
        "The organisation has moved on and this step no longer fits its state."
    ),
    "organisation.not_approved": _l(
        "The organisation is not approved at present. Approve it before inviting."
    ),
    "organisation.name_length": _l("Enter a name of at most %(most)s characters."),
    "organisation.name_taken": _l(
        "An organisation of this name is already here. Search the list for it."
    ),
    "organisation.contact_name_length": _l("Enter your name in at most %(most)s characters."),
    "organisation.address_length": _l("Write the address in at most %(most)s characters."),
    "organisation.reason_length": REASON_LENGTH,
    "organisation.unknown": _l("There is no such organisation here."),
    "volunteer.state": _l("Something changed for this volunteer and the step no longer fits."),
    "volunteer.name_length": _l("Enter the volunteer's name in at most %(most)s characters."),
    "volunteer.visits_out_of_range": _l("Enter how many visits a month, from 1 to %(most)s."),
    "volunteer.categories_unknown": _l("Choose what the volunteer can do from the list."),
    "volunteer.windows_unknown": _CHOOSE_TIMES,
    "volunteer.committees_unknown": _CHOOSE_COMMITTEES,
    "volunteer.breaks_promises": _l(
        "Promises of a published month that this breaks: %(count)s. Tick the box if it cannot be "
        "helped."
    ),
    "volunteer.unknown": _l("There is no such volunteer here."),
    "day.unknown": _l("There is no such session here."),
    "day.no_session": _l("This offer has no sessions: it is given in another way."),
    "day.order": _l("The last day must not be before the first day."),
    "day.other_month": _l("Choose a day of the month in which it is promised."),
    "day.not_valid": _l("The offer is not valid on this day."),
    "day.past": _l("This is over, or too near to tell anybody. Choose a later day."),
    "day.over": _l("This session is over and stays as it was."),
    "day.one_day": _l("This is given on one day. Add one session for each day."),
    "day.hours": _l("The end must be later than the beginning, on the same day."),
    "day.most": _l("Enter how many can come, from 1 to %(most)s."),
    "day.numbers_given": _l("Number %(least)s is given already. Enter at least that."),
    "day.place_unknown": _l("Choose one of your places or of the office's that is in use."),
    "day.has_numbers": _l("Somebody has a number of this session. Move them first."),
    "day.not_open": _l("Choose another session that is still to come."),
    "day.full": _l("No number of this session is free. Choose another one."),
    "day.payday": _l("Choose a day from today until the end of the month after."),
    "place.unknown": _l("There is no such place here."),
    "place.closed": _l("This place is closed already."),
    "place.open": _l("This place is in use already."),
    "place.text_length": _l("Write this in at most %(most)s characters."),
    "place.point_outside": _l("There is no such point on a map. Enter north first, then east."),
    "person.unknown": _l("There is nothing to decide about these two any more."),
    "person.one_sign_in": _l("One sign-in opens both entries, so they are one person."),
    "person.not_joined": _l("This entry counts as a person of its own already."),
    "assignment.nothing_published": _l("No month with a promise of yours is published yet."),
}

SENTENCES: Sentences = {
    **_SITE,
    **_ACCOUNTS,
    **_NEEDS,
    **_PAIRINGS,
    **_RESIDENTS,
    **_CALENDAR,
    **_GIVERS,
    **ROUNDS,
}


def describe_refusal(error: DomainError) -> str:
    """Say what was wrong and what to do now, in the reader's language, with the error's numbers."""
    sentence = SENTENCES[error.code]
    if isinstance(sentence, Mapping):
        sentence = sentence[str(error.numbers["state"])]
    return str(sentence) % {name: _say(number) for name, number in error.numbers.items()}


def _say(number: object) -> str:
    if isinstance(number, Quantity):
        return format_quantity(number.amount, number.unit)
    return format_day(number) if isinstance(number, date) else str(number)
