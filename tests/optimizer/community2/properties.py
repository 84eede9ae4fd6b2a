"""Every property that ``community/2`` promises, with the months that it is tried on.

A rate says in how many of 10,000 months a property may be broken: these are promised as rates, or
cannot hold beside the others (the named months of ``test_counterexamples.py`` show why).
"""

from tests.optimizer.community2 import amounts, burden, draw, neighbourhoods, who
from tests.optimizer.community2.random_months import any_month, crowded_month, single_month
from tests.optimizer.community2.trials import Property

WHO = (
    Property(who.nothing_keeps_a_more_urgent_need_from_its_place),
    Property(who.no_duty_is_dropped_for_a_request_of_its_tier),
    Property(who.tier_one_is_served_as_if_it_were_alone),
    Property(who.with_single_needs_as_many_are_met_as_can_be, single_month),
    Property(who.a_need_that_takes_nothing_changes_nobody),
    Property(who.a_need_that_nobody_can_serve_changes_nobody),
    Property(who.a_visit_written_twice_leaves_the_chance_of_the_first, single_month),
    Property(who.a_visit_written_twice_leaves_the_chance_of_the_first, crowded_month, 100),
    Property(who.no_second_turn_comes_before_a_first_of_its_tier),
    Property(who.the_longest_waiting_need_of_its_tier_is_met),
)
NEIGHBOURHOODS = (
    Property(neighbourhoods.needs_that_take_nothing_change_nobody),
    Property(neighbourhoods.a_like_need_that_opens_nothing_leaves_the_counts),
    Property(neighbourhoods.a_like_need_that_opens_more_costs_nothing, single_month),
    Property(neighbourhoods.a_like_need_that_opens_more_costs_nothing, crowded_month, 150),
    Property(neighbourhoods.a_further_need_costs_its_committee_nothing, single_month, 20),
    Property(neighbourhoods.a_further_need_costs_its_committee_nothing, crowded_month, 50),
)
DRAW = (
    Property(draw.ids_and_order_decide_nothing),
    Property(draw.alike_homes_are_drawn_equally_often),
)
AMOUNTS = (
    Property(amounts.an_ask_in_parts_is_the_same_question, any_month),
    Property(amounts.an_ask_in_parts_is_the_same_question, crowded_month),
    Property(amounts.all_or_nothing_is_refused, crowded_month),
    Property(amounts.another_quantity_brings_no_more_that_is_of_use, any_month),
    Property(amounts.another_quantity_brings_no_more_that_is_of_use, crowded_month),
    Property(amounts.quantities_move_nobody, any_month),
    Property(amounts.quantities_move_nobody, crowded_month),
    Property(amounts.nobody_has_two_less_than_one_who_could_give, any_month),
    Property(amounts.nobody_has_two_less_than_one_who_could_give, crowded_month),
    Property(amounts.scores_move_nobody),
)
BURDEN = (
    Property(amounts.loads_and_pledges_move_nobody),
    Property(burden.every_giver_is_asked_before_any_is_again, burden.pool_month),
    Property(burden.every_giver_is_asked_before_any_is_again, burden.lumpy_pool),
    Property(burden.a_pledge_split_within_its_giver_changes_nothing),
    Property(burden.a_pledge_split_among_givers_never_lowers_its_load, burden.pool_month),
    Property(burden.a_pledge_split_among_givers_never_lowers_its_load, burden.lumpy_pool),
    Property(burden.a_smaller_pledge_carries_what_it_can, burden.agreed_pool),
    Property(burden.a_pledge_one_smaller_carries_what_it_can, burden.network_of_singles, 10),
    Property(burden.a_pledge_one_smaller_carries_what_it_can, burden.network_month, 700),
)
PROPERTIES = (*WHO, *NEIGHBOURHOODS, *DRAW, *AMOUNTS, *BURDEN)
