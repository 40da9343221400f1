"""Each rule of the closed list, with its numbers and its edges; and when a stage may be proposed as complete."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from forms import Given, library
from forms.criteria import BLOCKED, RULES, find, key_of, weigh
from forms.definition import Criterion, Side
from forms.facts import Agreed, Facts, Noted, Sending, Standing, Worker
from forms.rules import RULES as NAMED

TODAY = date(2026, 6, 28)
ANA, BEN = Worker("ana", "Ana", Side.HURT), Worker("ben", "Ben", Side.INVOLVED)
SHEET = "sheet"
YES, NO = {"choice": "yes", "text": ""}, {"choice": "no", "text": ""}


def sent(person: Worker, days_ago: int, value: Any = None, *, standard: str | None = None, item: str = "it", **more: Any) -> Any:
    return Sending(person.key, more.pop("content", SHEET), TODAY - timedelta(days=days_ago), {item: Given(value, standard)}, **more)


def facts(*sendings: Sending, **more: Any) -> Facts:
    return Facts(**{"today": TODAY, "people": (ANA, BEN), "sendings": sendings, **more})


def rule(name: str, **arguments: Any) -> Criterion:
    return Criterion(name, "The sentence.", {"worksheet": SHEET, "item": "it", **arguments})


def met(criterion: Criterion, known: Facts) -> bool | None:
    return find(criterion, known).met


def test_every_rule_that_a_module_may_name_is_written_and_no_other() -> None:
    assert set(RULES) == set(NAMED)


@pytest.mark.parametrize("module", library.modules, ids=lambda module: module.id)
def test_every_module_is_weighed_without_any_fact_and_is_not_complete(module: Any) -> None:
    bare = facts(written_by={sheet.id: sheet.answered_by for sheet in library.worksheets_of(module.id)})
    weighed = weigh(module.criteria, bare)
    assert not weighed.looks_complete
    assert all(finding.number for finding in weighed.findings)
    assert len({key_of(criterion) for criterion in module.criteria}) == len(module.criteria)


def test_a_standard_answer_counts_as_answered_and_a_blank_one_does_not() -> None:
    mine = rule("submitted", items=["it"], side="hurt")
    assert met(mine, facts(sent(ANA, 1, standard="rather_not")))
    found = find(mine, facts(sent(ANA, 1)))
    assert (found.met, found.number) == (False, "Ana: sent, with that question left blank")


def test_zero_is_an_answer() -> None:
    assert met(rule("submitted", side="hurt"), facts(sent(ANA, 1, 0)))


def test_what_is_for_each_needs_both_and_what_is_for_either_needs_one() -> None:
    only_ana = facts(sent(ANA, 1, "words"))
    assert met(rule("submitted"), only_ana) is False
    assert met(rule("submitted", side="either"), only_ana) is True


def test_a_worksheet_for_one_side_asks_that_side_alone() -> None:
    assert met(rule("submitted"), facts(sent(BEN, 1, "words"), written_by={SHEET: "involved"}))


def test_where_no_side_is_decided_whoever_sent_it_will_do() -> None:
    two = tuple(Worker(one.key, one.name, Side.UNSET) for one in (ANA, BEN))
    assert met(rule("submitted", side="hurt"), facts(sent(BEN, 1, "words"), people=two))


def test_what_nobody_in_the_case_is_asked_does_not_apply() -> None:
    alone = facts(sent(ANA, 1, "words"), people=(ANA,))
    assert met(rule("submitted", side="involved"), alone) is None
    both = weigh([rule("submitted", side="involved"), rule("submitted", side="hurt")], alone)
    assert both.looks_complete
    assert not weigh([rule("submitted", side="involved")], alone).looks_complete


def test_weeks_are_counted_once_however_often_something_was_sent() -> None:
    three_of_four = rule("submitted", side="hurt", weeks=3, of_weeks=4)
    assert met(three_of_four, facts(*(sent(ANA, day, "words") for day in (0, 1, 2, 8)))) is False
    found = find(three_of_four, facts(*(sent(ANA, day, "words") for day in (0, 7, 21))))
    assert (found.met, found.number) == (True, "Ana: 3 of the last 4 weeks; needed 3")


def test_weeks_that_are_long_ago_do_not_count() -> None:
    assert met(rule("submitted", side="hurt", weeks=2), facts(sent(ANA, 60, "words"), sent(ANA, 67, "words"))) is False


def test_the_newest_mean_says_its_number() -> None:
    of_matrix = rule("mean_at_least", side="involved", at_least=3.0)
    found = find(of_matrix, facts(sent(BEN, 9, {"a": 4, "b": 4}), sent(BEN, 2, {"a": 3, "b": 2})))
    assert (found.met, found.number) == (False, "Ben: mean 2.5; needed 3")
    assert met(of_matrix, facts(sent(BEN, 2, {"a": 3, "b": 3})))


def test_a_mean_in_so_many_sendings_or_weeks() -> None:
    marks = [sent(ANA, day, mark) for day, mark in ((21, 2), (14, 1), (7, 3), (0, 2))]
    assert met(rule("mean_at_least", side="hurt", at_least=2.0, weeks=3, of_weeks=4), facts(*marks))
    assert met(rule("mean_at_least", side="hurt", at_least=2.0, times=3), facts(*marks))
    assert met(rule("mean_at_least", side="hurt", at_least=2.0, times=4), facts(*marks)) is False


def test_a_mean_of_weeks_needs_every_one_of_them() -> None:
    three = rule("mean_at_least", side="hurt", at_least=3.0, weeks=3)
    assert met(three, facts(*(sent(ANA, day, 4) for day in (0, 7)))) is False
    assert met(three, facts(sent(ANA, 0, 4), sent(ANA, 7, 4), sent(ANA, 14, 1)))


def test_no_mean_evens_out_a_single_low_mark() -> None:
    each = rule("every_at_least", side="hurt", at_least=3.0, weeks=3)
    found = find(each, facts(sent(ANA, 14, 4), sent(ANA, 7, 2), sent(ANA, 0, 4)))
    assert (found.met, found.number) == (False, "Ana: 4, 2, 4 in the last 3 weeks; needed 3 in each")
    assert met(each, facts(*(sent(ANA, day, 3) for day in (0, 7, 14))))
    assert met(each, facts(sent(ANA, 0, 3), sent(ANA, 7, 3))) is False
    assert met(each, facts(sent(ANA, 0, 3), sent(ANA, 7, standard="rather_not"), sent(ANA, 14, 3))) is False


def test_the_share_of_days_is_shown_and_rounded_down() -> None:
    acts = rule("kept_share", side="involved", values=["kept", "told"], not_counted=["none"], share=0.8, days=28)

    def life(kept: int, none: int = 0) -> Facts:
        said = ["none"] * none + ["kept"] * kept + ["missed"] * (28 - kept - none)
        return facts(*(sent(BEN, day, {"choice": one, "text": ""}) for day, one in enumerate(said)))

    found = find(acts, life(22))
    assert (found.met, found.number) == (False, "Ben: kept 78 % of 28 days; needed 80 %")
    assert find(acts, life(23)).number == "Ben: kept 82 % of 28 days; needed 80 %"
    assert met(acts, life(23))
    assert find(acts, life(20, 4)).number == "Ben: kept 83 % of 24 days that count, 28 of 28 answered; needed 80 %"


def test_the_share_takes_the_whole_time() -> None:
    acts = rule("kept_share", side="involved", values=["yes"], share=0.8, days=28)
    found = find(acts, facts(*(sent(BEN, day, YES) for day in range(5))))
    assert found.met is False
    assert "begun 5 days ago, needed 28" in found.number


def test_the_newest_answer_counts_and_so_do_weeks_and_times() -> None:
    told = rule("answer_is", side="involved", values=["no"])
    assert met(told, facts(sent(BEN, 9, YES), sent(BEN, 1, NO)))
    assert find(told, facts(sent(BEN, 9, NO), sent(BEN, 1, YES))).number == "Ben: newest answer: yes"
    assert met(told, facts(sent(BEN, 1, standard="rather_not"))) is False
    assert met(rule("answer_is", side="hurt", values=["yes"], weeks=2), facts(sent(ANA, 0, YES), sent(ANA, 7, NO))) is False
    assert met(rule("answer_is", side="hurt", values=["yes"], times=2), facts(sent(ANA, 0, YES), sent(ANA, 1, YES)))


def test_what_the_counselor_has_recorded_stands_in_and_the_number_stays() -> None:
    told = rule("answer_is", side="involved", values=["no"], unless_recorded="disclosure_plan")
    found = find(told, facts(sent(BEN, 1, YES), records=frozenset({"disclosure_plan"})))
    assert found.met
    assert found.number == "recorded by you; otherwise: Ben: newest answer: yes"


def test_days_of_a_week_are_counted_once_each() -> None:
    care = rule("answered_on_days", side="hurt", days=4, weeks=2)
    good = [sent(ANA, day, ["walk"]) for day in (0, 1, 2, 3, 7, 8, 9, 10)]
    assert met(care, facts(*good))
    found = find(care, facts(*good[:-1], sent(ANA, 7, ["walk"])))
    assert (found.met, found.number) == (False, "Ana: 3 and 4 days in the last 2 weeks; needed 4 in each")


def test_a_row_with_an_empty_cell_is_not_complete() -> None:
    plan = rule("rows_complete", side="hurt", times=1)
    assert met(plan, facts(sent(ANA, 1, [{"sign": "cold", "step": ""}]))) is False
    assert met(plan, facts(sent(ANA, 1, [{"sign": "cold", "step": "walk"}, {"sign": "x", "step": ""}])))


def test_high_rows_need_a_plan_and_low_ones_do_not() -> None:
    planned = rule("rows_planned", side="hurt", column="how", at_least=7.0, planned_in="plan")
    low, high = {"how": 3, "plan": ""}, {"how": 7, "plan": ""}
    assert met(planned, facts(sent(ANA, 1, [low])))
    found = find(planned, facts(sent(ANA, 1, [low, high, {"how": 9, "plan": "call"}])))
    assert (found.met, found.number) == (False, "Ana: 1 of 2 rows at 7 or more have a plan")
    assert met(planned, facts()) is False


def test_rows_are_counted_over_all_sheets() -> None:
    back = rule("rows_with", column="back", values=["yes"], times=2, side="either")
    assert met(back, facts(sent(ANA, 9, [{"back": "yes"}]), sent(ANA, 1, [{"back": "yes"}, {"back": "no"}])))
    assert met(back, facts(sent(ANA, 9, [{"back": "yes"}]))) is False


def test_a_course_is_compared_with_its_own_beginning() -> None:
    course = rule("trend", side="hurt", weeks=2, at_least=2.0, measure="thermometer")
    rising = [sent(ANA, 30, 4), sent(ANA, 23, 4), sent(ANA, 8, 5), sent(ANA, 1, content="thermometer", item="x", total=7.0)]
    found = find(course, facts(*rising))
    assert (found.met, found.number) == (False, "Ana: mean 4 at first, 6 now: +2; needed less than +2")
    assert met(course, facts(sent(ANA, 30, 4), sent(ANA, 1, 5)))
    assert met(course, facts(sent(ANA, 8, 4), sent(ANA, 1, 4))) is False, "two weeks cannot be compared with themselves"


def test_an_agreement_is_signed_by_both_or_declined_where_that_counts() -> None:
    free = Criterion("signed", "", {"worksheet": SHEET, "values": ("signed", "declined")})
    for standing, counts, counts_free in (
        (Standing.SIGNED, True, True), (Standing.DECLINED, False, True),
        (Standing.ON_THE_TABLE, False, False), (Standing.ENDED, False, False),
    ):  # fmt: skip
        known = facts(agreed=(Agreed(SHEET, standing),))
        assert (met(Criterion("signed", "", {"worksheet": SHEET}), known), met(free, known)) == (counts, counts_free)


def test_one_who_works_alone_prepares_what_two_would_sign() -> None:
    both = Criterion("signed", "", {"worksheet": SHEET})
    assert met(both, facts(sent(ANA, 1, "for when we talk"), people=(ANA,)))
    assert met(both, facts(sent(ANA, 1, "for when we talk"))) is False


def test_each_person_signs_the_documents() -> None:
    consent = Criterion("signed", "", {"document": "consent"})
    assert find(consent, facts(signatures=frozenset({("ana", "consent")}))).number == "not signed yet: Ben"
    assert met(consent, facts(signatures=frozenset({("ana", "consent"), ("ben", "consent")})))


def test_only_joint_notes_with_the_tag_count() -> None:
    heard = Criterion("note_tagged", "", {"tag": "impact heard", "times": 1})
    assert met(heard, facts(notes=(Noted(("impact heard",), is_joint=False), Noted((), is_joint=True)))) is False
    assert met(heard, facts(notes=(Noted(("impact heard",), is_joint=True),)))


def test_everything_that_was_sent_is_reviewed() -> None:
    known = facts(sent(ANA, 1, "x", is_reviewed=True), sent(BEN, 1, "x"))
    assert find(rule("reviewed"), known).number == "Ana: 1 of 1 reviewed; Ben: 0 of 1 reviewed"
    assert met(rule("reviewed"), facts()) is False


def test_a_review_date_is_one_that_is_still_to_come() -> None:
    dated = Criterion("review_date_set", "", {})
    assert met(dated, facts(agreed=(Agreed(SHEET, Standing.SIGNED, TODAY),)))
    assert met(dated, facts(agreed=(Agreed(SHEET, Standing.SIGNED, TODAY - timedelta(days=1)),))) is False
    assert met(dated, facts(agreed=(Agreed(SHEET, Standing.DECLINED, TODAY),))) is False


def test_a_concern_anywhere_blocks_the_proposal_of_any_stage_and_says_so() -> None:
    done = rule("submitted", side="hurt")
    assert weigh([done], facts(sent(ANA, 1, "x"))).looks_complete
    weighed = weigh([done], facts(sent(ANA, 1, "x"), open_concerns=1))
    assert not weighed.looks_complete
    assert weighed.blocked == BLOCKED


def test_a_waiver_settles_what_may_be_waived_and_nothing_else() -> None:
    may, may_not = rule("mean_at_least", at_least=3.0, waivable=True), rule("mean_at_least", at_least=3.0, item="other")
    waived = facts(waived=frozenset({key_of(may), key_of(may_not)}))
    assert weigh([may], waived).looks_complete
    assert not weigh([may, may_not], waived).looks_complete
    assert find(may, waived).met is False, "its number still says what it says"


def test_no_place_that_someone_chose_on_the_way_of_letting_go_is_a_target() -> None:
    where = next(one for one in library.module("let-go-of-the-past").criteria if one.arguments.get("worksheet") == "where-i-am-now")
    choices = [{"choice": choice.id, "text": ""} for choice in library.worksheet("where-i-am-now").item("where_i_am").choices]
    known = [facts(sent(ANA, 1, choice, content="where-i-am-now", item="where_i_am"), people=(ANA,)) for choice in choices]
    assert {find(where, one).number for one in known} == {"Ana: 1 sent; needed 1"}
