import datetime
import math
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.overlap import (
    Claim,
    NetTotal,
    Proposal,
    Surroundings,
    find_overlaps,
    gross_of,
    net,
)

JANUARY, FEBRUARY, MARCH = (datetime.date(2026, month, 1) for month in (1, 2, 3))


def claim(key: int, *amounts: float, **values: Any) -> Claim:
    """A claim of a project of its own with these amounts from January on."""
    monthly = {datetime.date(2026, month, 1): amount for month, amount in enumerate(amounts, start=1)}
    return Claim(**{"key": key, "project": key, "amounts": monthly, **values})


def only(claims: Sequence[Claim], **around: Any) -> Proposal:
    (found,) = find_overlaps(claims, Surroundings(**around))
    return found


def words_of(found: Proposal) -> list[str]:
    return [reason.word for reason in found.reasons]


def test_one_kpi_claimed_by_two_projects_is_counted_twice_where_months_meet() -> None:
    found = only([claim(1, 100, 100, kpi=7), claim(2, 0, 60, 60, kpi=7)])
    assert (found.kind, found.first, found.second) == ("same_kpi", 1, 2)
    assert (found.amount, found.months) == (60, (FEBRUARY,))
    assert words_of(found) == ["same_kpi", "unit_not_said", "account_not_said"]


def test_one_kpi_in_other_departments_or_on_other_accounts_is_no_double_count() -> None:
    assert find_overlaps([claim(1, 100, kpi=7, unit=1), claim(2, 100, kpi=7, unit=2)]) == []
    assert find_overlaps([claim(1, 100, kpi=7, account="4711"), claim(2, 100, kpi=7, account="4712")]) == []
    assert only([claim(1, 100, kpi=7, account=" ab１"), claim(2, 100, kpi=7, account="AB1")]).amount == 100


def test_a_department_meets_the_one_above_it() -> None:
    claims = [claim(1, 100, kpi=7, unit=1), claim(2, 80, kpi=7, unit=2)]
    found = only(claims, unit_parents={2: 1})
    assert (found.amount, words_of(found)[1]) == (80, "unit_within_unit")


def test_shares_agreed_between_projects_are_no_double_count() -> None:
    shared = [claim(1, 60, kpi=7, share=0.6, words="Less stock"), claim(2, 40, kpi=7, share=0.4)]
    assert find_overlaps(shared) == []
    assert only([*shared, claim(3, 30, kpi=7)]).kind == "same_kpi"


def test_two_lines_of_one_project_on_one_kpi_are_a_double_count_whatever_its_share() -> None:
    found = only([claim(1, 60, kpi=7, share=0.6, project=1), claim(2, 50, kpi=7, share=0.6, project=1)])
    assert (found.kind, found.amount) == ("same_kpi", 50)
    assert "same_project" in words_of(found)


def test_an_operational_kpi_and_its_strategic_parent_are_one_path() -> None:
    claims = [claim(1, 100, 100, kpi=9), claim(2, 70, 70, kpi=7)]
    found = only(claims, kpi_parents={7: 8, 8: 9})
    assert (found.kind, found.subject, found.amount) == ("same_path", "7>9", 140)
    assert find_overlaps(claims, Surroundings(kpi_parents={7: 10, 9: 10})) == []


def test_shares_over_the_whole_are_too_much_by_what_is_above_it() -> None:
    found = only([claim(1, 90, kpi=7, share=0.9), claim(2, 60, kpi=7, share=0.6)])
    assert (found.kind, found.members, found.subject) == ("shares_over_one", (1, 2), "7")
    assert found.amount == pytest.approx(50)  # 150 claimed of 100


def test_claims_on_a_cost_centre_above_its_movement() -> None:
    claims = [
        claim(1, 50, 50, account="IT"),
        claim(2, 30, 70, account="it"),
        claim(3, 99, 99, account="IT", cashability="non_cashable"),
    ]
    found = only(claims, movement={"It": {JANUARY: 100, FEBRUARY: 100}})
    assert (found.kind, found.members, found.subject) == ("over_movement", (1, 2), "it")
    assert found.amount == pytest.approx(20)
    assert found.months == (FEBRUARY,)
    rose = only(claims[:1], movement={"IT": {JANUARY: -40}})
    assert (rose.amount, rose.months, rose.second) == (50, (JANUARY,), None)


def test_claims_above_what_a_cost_centre_ever_cost() -> None:
    claims = [
        claim(1, 50, account="IT"),
        claim(2, 70, account="IT", cashability="non_cashable"),
        claim(3, 99, account="IT", cashability="avoidance"),
    ]
    found = only(claims, baseline={"IT": {JANUARY: 100}})
    assert (found.kind, found.members) == ("over_baseline", (1, 2))
    assert found.amount == pytest.approx(20)


def test_movement_and_baseline_do_not_take_the_same_money_twice() -> None:
    claims = [claim(1, 300, account="IT")]
    kinds = {
        found.kind: found.amount
        for found in find_overlaps(
            claims, Surroundings(movement={"IT": {JANUARY: 80}}, baseline={"IT": {JANUARY: 100}})
        )
    }
    assert kinds == {"over_movement": pytest.approx(220)}


def test_hours_saved_above_the_hours_there_are() -> None:
    claims = [
        claim(1, 3_000, unit=1, hours={JANUARY: 100}),
        claim(2, 3_000, unit=2, hours={JANUARY: 60}),
        claim(3, 500, unit=2),
    ]
    found = only(claims, capacity={1: {JANUARY: 120}}, unit_parents={2: 1})
    assert (found.kind, found.members, found.subject) == ("over_capacity", (1, 2), "1")
    assert found.amount == pytest.approx(6_000 * 40 / 160)


def test_a_one_off_is_not_carried_into_the_run_rate() -> None:
    claims = [claim(1, 1_200, one_off=True, run_rate=1_200), claim(2, 100, run_rate=1_200)]
    found = only(claims)
    assert (found.kind, found.members, found.amount) == ("one_off_in_run_rate", (1,), 1_200)
    assert net(gross_of(claims), [found]) == NetTotal(1_300, 0, 1_300)
    run_rate = gross_of(claims, basis="run_rate")
    assert net(run_rate, [found], basis="run_rate") == NetTotal(2_400, 1_200, 1_200)


def test_revenue_and_margin_of_one_sale_are_not_both_a_benefit() -> None:
    claims = [
        claim(1, 1_000, measure="revenue", sale="Spare parts", account="8000"),
        claim(2, 300, measure="margin", sale="spare parts ", account="9000"),
        claim(3, 300, measure="margin", sale="Service"),
    ]
    found = only(claims)
    assert (found.kind, found.members, found.amount) == ("revenue_and_margin", (1, 2), 300)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reduce manual invoice entry", "Reduced manual entry of invoices"),
        ("减少人工录入发票", "减少发票人工录入"),
        ("ＥＲＰ stock reduction", "ERP: Stock Reduction!"),
    ],
)
def test_near_identical_wording_is_found(one: str, other: str) -> None:
    found = only([claim(1, 100, words=one), claim(2, 40, words=other)])
    assert (found.kind, found.amount) == ("similar_wording", 40)
    assert 0.7 <= (found.reasons[0].value or 0) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Faster closing of the books", "Fewer rush purchases"),
        ("减少库存资金", "缩短结账时间"),
        ("Stock", "Stock"),
        ("A!", "?"),
    ],
)
def test_other_words_and_words_too_short_are_not(one: str, other: str) -> None:
    expected = 1 if one == other else 0
    found = find_overlaps([claim(1, 100, words=one), claim(2, 40, words=other)])
    assert len(found) == expected


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Less stock in plant 7", "Less stock in plant 8", False),
        ("7号工厂库存减少", "8号工厂库存减少", False),
        ("Less stock 2026", "Less stock", True),
    ],
)
def test_numbers_tell_wordings_apart(one: str, other: str, alike: bool) -> None:
    assert bool(find_overlaps([claim(1, 100, words=one), claim(2, 40, words=other)])) == alike


def test_wording_that_everybody_uses_tells_nothing() -> None:
    assert find_overlaps([claim(key, 100, words="Labour saving") for key in range(1, 12)]) == []


def test_a_pair_is_proposed_once_by_its_strongest_ground() -> None:
    claims = [claim(key, 100, kpi=7, account="IT", words="Less stock in the plants") for key in (1, 2)]
    found = only(claims, movement={"IT": {JANUARY: 100}})
    assert (found.kind, found.amount) == ("same_kpi", 100)


def test_of_three_claims_for_the_same_two_are_too_many() -> None:
    claims = [claim(key, amount, kpi=7) for key, amount in ((1, 10), (2, 100), (3, 50))]
    total = net(gross_of(claims), find_overlaps(claims))
    assert total == NetTotal(160, 60, 100)


def test_a_claim_for_the_whole_is_double_only_as_far_as_its_parts() -> None:
    whole, one, other = claim(1, 150, kpi=7), claim(2, 100, kpi=7, unit=1), claim(3, 100, kpi=7, unit=2)
    found = find_overlaps([whole, one, other])
    assert [(pair.members, pair.amount) for pair in found] == [((1, 2), 100), ((1, 3), 50)]
    assert net(350, found).net == 200


def test_what_is_dismissed_may_be_explained_otherwise() -> None:
    claims = [claim(1, 10, kpi=7), claim(2, 100, kpi=7), claim(3, 100, kpi=7)]
    dismissed = next(pair for pair in find_overlaps(claims) if pair.members == (1, 3))
    found = {pair.members: pair.amount for pair in find_overlaps(claims, ignoring=[dismissed.fingerprint])}
    assert found == {(1, 2): 10, (2, 3): 90}
    limit = find_overlaps([claim(1, 9, account="A")], Surroundings(movement={"A": {JANUARY: 1}}))
    again = find_overlaps(
        [claim(1, 9, account="A")],
        Surroundings(movement={"A": {JANUARY: 1}}, baseline={"A": {JANUARY: 5}}),
        ignoring=[limit[0].fingerprint],
    )
    assert [found.kind for found in again] == ["over_baseline"]
    assert again[0].amount == pytest.approx(4)


def test_the_fingerprint_stays_when_amounts_change() -> None:
    before = only([claim(1, 100, kpi=7), claim(2, 60, kpi=7)])
    after = only([claim(1, 20, 30, kpi=7), claim(2, 600, 10, kpi=7)])
    assert before.fingerprint == after.fingerprint
    assert len(before.fingerprint) == 32
    assert only([claim(1, 100, kpi=8), claim(2, 60, kpi=8)]).fingerprint != before.fingerprint


def test_bad_input_is_named() -> None:
    for bad in (
        [claim(1, 1), claim(1, 2)],
        [claim(1, math.nan)],
        [Claim(1, 1, {datetime.date(2026, 1, 2): 5.0})],
        [claim(1, 1, run_rate=-1)],
        [claim(1, 1, share=1.5)],
    ):
        with pytest.raises(MethodError, match=r"^claims: "):
            find_overlaps(bad)
    with pytest.raises(MethodError, match=r"^kpi_parents: 1 is above itself"):
        find_overlaps([], Surroundings(kpi_parents={1: 2, 2: 1}))
    with pytest.raises(MethodError, match=r"^gross: "):
        net(-1, [])


WORDS = ["", "Less stock in the plants", "Less stock in plants", "库存资金占用减少", "减少库存资金占用"]
amounts = st.dictionaries(
    st.sampled_from([JANUARY, FEBRUARY, MARCH]), st.integers(-5, 40).map(float), max_size=3
)
drawn = st.builds(
    Claim,
    key=st.integers(1, 10_000),
    project=st.integers(1, 3),
    amounts=amounts,
    words=st.sampled_from(WORDS),
    kpi=st.sampled_from([None, 1, 2, 3]),
    share=st.sampled_from([None, 0.4, 0.7]),
    unit=st.sampled_from([None, 1, 2, 3]),
    account=st.sampled_from(["", "A", "B"]),
    cashability=st.sampled_from(["cashable", "non_cashable", "avoidance"]),
    hours=amounts,
    measure=st.sampled_from(["saving", "revenue", "margin"]),
    sale=st.sampled_from(["", "Parts"]),
)
AROUND = Surroundings(
    kpi_parents={1: 2, 2: 3},
    unit_parents={2: 1, 3: 1},
    movement={"A": {JANUARY: 30.0, MARCH: -5.0}},
    baseline={"A": {JANUARY: 50.0, FEBRUARY: 20.0}, "B": {JANUARY: 10.0}},
    capacity={1: {JANUARY: 25.0}, 2: {JANUARY: 5.0, MARCH: 0.0}},
)
books = st.lists(drawn, max_size=9, unique_by=lambda one: one.key)


@settings(max_examples=200, deadline=None)
@given(books, st.randoms(use_true_random=False))
def test_overlaps_leave_a_net_of_zero_or_more_whatever_the_order(
    book: list[Claim], dice: random.Random
) -> None:
    found = find_overlaps(book, AROUND)
    shuffled = [replace(one, amounts=dict(reversed(list(one.amounts.items())))) for one in book]
    dice.shuffle(shuffled)
    assert find_overlaps(shuffled, AROUND) == found
    gross, twice = gross_of(book), math.fsum(one.amount for one in found)
    assert twice <= gross + 1e-6
    total = net(gross, found)
    assert total.net == pytest.approx(gross - twice, abs=1e-6)
    assert total.gross - total.overlap == pytest.approx(total.net)


@settings(max_examples=200, deadline=None)
@given(books)
def test_an_overlap_is_never_more_than_any_of_its_claims(book: list[Claim]) -> None:
    claimed = {one.key: gross_of([one]) for one in book}
    found = find_overlaps(book, AROUND)
    for one in found:
        assert one.amount > 0
        if one.second is not None and len(one.members) == 2 and one.kind in PAIRS:
            assert one.amount <= min(claimed[key] for key in one.members) + 1e-9
        assert one.amount <= math.fsum(claimed[key] for key in one.members) + 1e-9
    prints = [one.fingerprint for one in found]
    assert len(set(prints)) == len(prints)


PAIRS = {"same_kpi", "same_path", "revenue_and_margin", "similar_wording"}


@settings(deadline=None)
@given(books, st.sampled_from([0.01, 3.0, 1e6]))
def test_the_currency_does_not_matter(book: list[Claim], factor: float) -> None:
    scaled = [
        replace(one, amounts={month: amount * factor for month, amount in one.amounts.items()})
        for one in book
    ]
    pairs = replace(AROUND, movement={}, baseline={})
    plain, other = find_overlaps(book, pairs), find_overlaps(scaled, pairs)
    assert [one.fingerprint for one in plain] == [one.fingerprint for one in other]
    assert [one.amount * factor for one in plain] == pytest.approx([one.amount for one in other])


def test_four_thousand_claims_take_less_than_two_seconds() -> None:
    dice = random.Random(4)
    months = [datetime.date(2025 + number // 12, number % 12 + 1, 1) for number in range(36)]
    verbs, things = (
        ["Reduce", "Less", "Fewer", "Avoid", "Cut"],
        [f"process {number}" for number in range(300)],
    )
    book = [
        Claim(
            key=key,
            project=key % 200,
            amounts={month: dice.uniform(100, 10_000) for month in months},
            words=f"{dice.choice(verbs)} {dice.choice(things)} in plant {dice.randrange(40)}",
            kpi=dice.randrange(1_500) if key % 3 else None,
            unit=dice.randrange(60) if key % 4 else None,
            account=f"CC{dice.randrange(80)}" if key % 5 else "",
        )
        for key in range(4_000)
    ]
    around = Surroundings(
        kpi_parents={number: number + 1 for number in range(0, 1_500, 2)},
        movement={f"CC{number}": dict.fromkeys(months, 50_000.0) for number in range(80)},
    )
    start = time.process_time()
    found = find_overlaps(book, around)
    assert time.process_time() - start < 2
    assert {"same_kpi", "same_path", "similar_wording", "over_movement"} <= {one.kind for one in found}
