"""Why a step of a month was refused and what to do now: the part of ``refusals.py`` on rounds."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from matchmaker.models import RoundState

Sentences = Mapping[str, LazyString | Mapping[str, LazyString]]

CHOOSE_FROM_THE_LIST = _l("Choose from the list.")
REASON_LENGTH = _l("Write the reason in at most %(most)s characters.")

ROUNDS: Sentences = {
    "pack.unknown": _l("There is no such pack."),
    "pack.no_file": _l("This pack has no file, or it was deleted in time. Ask for it again."),
    "pack.outdated": _l(
        "A month of this pack was withdrawn since, so its figures are no longer valid. Ask for a "
        "new pack."
    ),
    "pack.under_way": _l("Another pack is being made. Wait for it or cancel it."),
    "pack.nothing_published": _l("No month of these is published."),
    "pack.months_reversed": _l("The last month lies before the first. Choose a later one."),
    "pack.too_many_months": _l("Choose at most %(most)s months."),
    "price.no_run": _l("No run has a result yet, so what this would change cannot be worked out."),
    "price.under_way": _l(
        "Another decision of yours is being worked out. Wait for it or cancel it: the page of the "
        "month leads to it."
    ),
    "price.not_finished": _l("What this would change is still being worked out."),
    "price.of_another": _l("Only the person who entered this can keep it or stop it."),
    "price.cancelled": _l(
        "It was stopped before it was known what this would change. Enter it again."
    ),
    "price.kept_already": _l("This is kept already."),
    "price.no_answer": _l(
        "With this no answer keeps every pin, so it cannot be kept. Lift another pin first, or "
        "decide otherwise."
    ),
    "price.outdated": _l(
        "Another pin or forbid, or another run, came in between. Enter it again to see what it "
        "would change now."
    ),
    "price.unknown": _l("There is no such price here."),
    "repair.under_way": _l("A search for these places is under way. Wait for it or cancel it."),
    "repair.nobody_left": _l(
        "You had a hand in one of these places, so nobody would be left to keep what you find. Let "
        "a colleague start the search."
    ),
    "repair.outdated": _l(
        "Something changed since this was searched: an answer, a giver, or a day that is past. "
        "Search again, so that nothing is promised twice."
    ),
    "repair.replaced": _l("A later search has taken the place of this one."),
    "repair.not_verified": _l("This search has no checked result."),
    "repair.kept_already": _l("What this search found is kept already."),
    "repair.had_a_hand": _l(
        "You had a hand in these places: you started the search, ended one of the promises, or "
        "checked what decides. Somebody else in the office keeps it."
    ),
    "repair.unknown": _l("There is no such search."),
    "round.state": {
        RoundState.DRAFT: _l("The round is still being prepared. Lock its list first."),
        RoundState.FROZEN: _l("The list is locked. The announced draw comes next."),
        RoundState.DRAWN: _l("The seed is drawn already. Solve the round next."),
        RoundState.SOLVING: _l("A run is being solved. Wait for it or cancel it."),
        RoundState.NO_SOLUTION: _l("No answer exists with these pins. Lift one and solve again."),
        RoundState.REVIEW: _l("The round is under review."),
        RoundState.PUBLISHED: _l("The round is published. Withdraw the publication first."),
        RoundState.EXECUTING: _l("The round is under way."),
        RoundState.CLOSED: _l("The round is closed."),
    },
    "round.exists": _l("This month has a round already."),
    "round.nothing_to_decide": _l("No need is open, so there is nothing to decide this month."),
    "round.not_frozen": _l("The list is not locked yet."),
    "round.not_published": _l("Nothing is published for this month."),
    "round.draw_source": CHOOSE_FROM_THE_LIST,
    "round.draw_day": _l("Choose a day of the draw between %(first)s and %(last)s."),
    "round.draw_weekday": _l(
        "This lottery does not draw on that weekday. Double Colour Ball draws on Tuesdays, "
        "Thursdays and Sundays, Super Lotto on Mondays, Wednesdays and Saturdays."
    ),
    "round.draw_number": _l(
        "Enter the number of the draw as the lottery writes it: the year, then three digits, for "
        "example %(example)s."
    ),
    "round.draw_not_yet": _l(
        "The announced draw is on %(day)s. Its numbers can be entered from half past nine that "
        "evening."
    ),
    "round.draw_after_month": _l(
        "The month ends on %(last)s, and the seed must be drawn before. Lock the next month "
        "instead."
    ),
    "round.draw_may_be_known": _l(
        "The numbers of the announced draw may be known by now, so no other draw can take its "
        "place. If it did not take place on its day, enter the next one of the same lottery."
    ),
    "round.second_person_to_draw": _l(
        "You locked this list yourself. Somebody else in the office must enter the draw."
    ),
    "round.drawn_count": _l("Enter all %(count)s numbers of the draw, and no others."),
    "round.drawn_range": _l(
        "Such numbers cannot be drawn: %(count)s different ones from 1 to %(most)s are."
    ),
    "round.drawn_twice": _l("These numbers are not the same as above. Look at the draw again."),
    "round.override_exists": _l("The same pin or forbid is in force already."),
    "round.override_lifted": _l("This pin or forbid was lifted before."),
    "round.not_open_to_overrides": _l(
        "Pins and forbids can be set after the freeze and before the publication, while "
        "nothing is being solved."
    ),
    "round.second_person": _l(
        "You started this run yourself. Somebody else in the office must publish it."
    ),
    "round.had_a_hand": _l(
        "You had a hand in this run: you pinned or forbade, or verified what a pin changed. "
        "Somebody else in the office must publish it."
    ),
    "round.nobody_left": _l(
        "After this step nobody in the office could publish the month, because everyone would have "
        "had a hand in it. Let a colleague who has one already take this step."
    ),
    "run.no_plain_run": _l(
        "Pins or forbids are in force. Solve the month once without them, so that everyone sees "
        "what they change; then publish."
    ),
    "round.second_person_to_withdraw": _l(
        "You published this month yourself. Somebody else in the office must withdraw it."
    ),
    "round.later_month_frozen": _l(
        "A later month was frozen since and builds on this one, so the publication can no longer "
        "be withdrawn."
    ),
    "round.month_out_of_reach": _l(
        "Only the present month and the two after it can be opened: choose %(first)s to %(last)s."
    ),
    "round.month_over": _l(
        "No day of this month is left, so nothing can be given in it. Open a later month."
    ),
    "round.unknown": _l("There is no round of this month here."),
    "run.not_verified": _l(
        "This run has no result that passed the independent check, so it cannot be published."
    ),
    "run.unproved_not_accepted": _l(
        "Not every aim of this run is proved. The person who started it has to read and accept "
        "that on the page of the run; then it can be published."
    ),
    "run.unproved_not_read": _l(
        "Not every aim of this run is proved. Read on the page that publishes it which ones, and "
        "tick the sentence there."
    ),
    "run.proved_already": _l("Everything is proved of this run; there is nothing to accept."),
    "run.accepted_by_its_starter": _l(
        "Only the person who started this run accepts here what is not proved of it."
    ),
    "run.without_overrides": _l(
        "This run was solved without the pins and forbids in force, to compare with. Publish the "
        "run that has them."
    ),
    "run.overrides_changed": _l(
        "Pins or forbids changed after this run. Solve again, then publish the new run."
    ),
    "run.promises_broken": _l(
        "Promises of this run that cannot be kept any more: %(count)s. The page of the run lists "
        "them: revoke them there, or forbid those who are gone and solve again."
    ),
    "link.unknown": _l("This link opens nothing, or nothing any more."),
    "round.group_unknown": _l("Nothing was promised there in these months."),
    "feed.unknown": _l("There is no such address any more."),
    "link.nothing_asked": _l("Nothing of this month waits for an answer there."),
    "link.volunteers_do_not_answer": _l(
        "Say first, on the page of your organisation, that volunteers answer for their visits."
    ),
    "round.not_closable": _l("A month is closed once it is over, and only once."),
    "round.help_to_come": _l(
        "Agreed payments whose day is still ahead: %(count)s. Close the month once they are made."
    ),
    "round.open_changed": _l(
        "Promises that are open by now: %(count)s, another number than the page said. Look at it "
        "again."
    ),
    "promise.unknown": _l("Tick at least one promise of the list."),
    "promise.state": _l("This promise has been answered or has ended meanwhile: look at it again."),
    "promise.not_on_its_day": _l(
        "Who was to come is not free on that day any more. Ask for another day: it is passed on."
    ),
    "promise.cannot_be_kept": _l(
        "Something has changed, and this cannot be kept as it is. The street office is told of it."
    ),
    "promise.no_day": _l(
        "Day and place are not fixed yet. The organisation fixes them; then it can be asked."
    ),
    "promise.day_over": _l(
        "The day of this visit is over or not set. Choose another day, or wait a minute and look "
        "again."
    ),
    "promise.day_closed": _l("Nobody visits on that day at that hour. Choose another."),
    "promise.day_taken": _l("There is another visit at that time already. Choose another day."),
    "promise.day_not_free": _l(
        "Who comes is not free then, or what they give does not last until that day. Choose "
        "another."
    ),
    "promise.not_movable": _l("Another day was asked for already, or the visit has ended."),
    "promise.day_shared": _l(
        "People of several organisations come together. Call the street office for another day."
    ),
    "promise.no_day_asked": _l("Nobody asks for another day any more."),
    "promise.not_to_come": _l("This help has come already, or it was called off."),
    "promise.changed_meanwhile": _l(
        "It has changed since you read it, for instance its day. Look at it again, then answer."
    ),
    "promise.answered_meanwhile": _l("This was answered or has ended meanwhile."),
    "promise.tried_today": _l("Nobody could be reached today. Try again tomorrow."),
    "promise.coordinator_answers": _l("In your organisation the coordinator answers."),
    "promise.none_ticked": _l("Tick at least one first."),
    "promise.over": _l("The days of this promise are over."),
    "promise.answer_stands": _l(
        "This answer can no longer be taken back, others know it. Call the street office."
    ),
    "promise.not_reportable": _l(
        "This was said already, is not agreed, or its day has not come. Look at it again."
    ),
    "promise.report_holds": _l("This report can no longer be taken back. Call the street office."),
    "promise.units": _l("Enter at least one, and not more than was promised."),
    "promise.wrong_code": _l("These are not the digits. Ask the person to read them once more."),
    "promise.words_length": _l("Write at most %(most)s characters."),
    "photo.missing": _l("Choose a photo."),
    "photo.bytes": _l("This photo is too large. Choose one of at most %(most)s megabytes."),
    "photo.pixels": _l(
        "This photo has too many dots. Choose one of at most %(most)s million, or take it again."
    ),
    "photo.unreadable": _l("This is no photo that can be read. Choose a JPEG, PNG or WebP file."),
    "photo.unknown": _l("There is no such photo here any more."),
    "thanks.unknown": _l("There are no such thanks here."),
    "thanks.decided": _l("Somebody decided on these thanks already."),
    "thanks.withdrawn": _l("These thanks were taken back already."),
    "thanks.no_words": _l("Write the sentence that may be passed on."),
    "thanks.number": _l("Leave out phone numbers: this sentence may be passed on."),
    "promise.not_in_force": _l(
        "Promises can be revoked while their round is under review, and those that are published."
    ),
    "promise.breaks_more": _l(
        "Promises that this breaks: %(count)s, more than the page said. Look at it again."
    ),
    "promise.can_be_kept": _l(
        "One of these promises can be kept by now, so it stays. Look at the list again."
    ),
    "run.finished": _l("This run is over; there is nothing to cancel."),
    "run.unknown": _l("There is no such run here."),
    "criteria.unknown": _l("There are no rules with this number."),
    "figures.unknown": _l("This run has no figures."),
    "line.unknown": _l("This run has no line with that number."),
    "override.undoes_pin": _l(
        "This need is pinned the same way, and both cannot hold. Lift the pin first, or tick the "
        "box."
    ),
    "override.forbidden": _l(
        "A forbid of this need stands against this pin, and both cannot hold. Lift the forbid "
        "first, or tick the box."
    ),
    "override.no_offer": _l(
        "The last run found nobody who could serve this need, so there will be no answer with this "
        "pin. Tick the box to keep it all the same."
    ),
    "override.visits_taken": _l(
        "Pins already take every visit of this volunteer in the month: %(count)s. Lift one of them "
        "first, or tick the box."
    ),
    "override.units_taken": _l(
        "Other pins already take what this offer gives in the month. Lift one of them first, or "
        "tick the box."
    ),
    "override.unknown": _l("There is no such pin or forbid here."),
    "results.unknown": _l("No result of this month is published."),
    "results.no_file": _l(
        "There is no file of this month to check: it is not published, or it was locked before "
        "months were published without names."
    ),
}
