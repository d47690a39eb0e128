from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.method import MethodError
from assessments.method.evidence import (
    DESIGNS,
    GRADES,
    Design,
    EvidenceGrade,
    Grade,
    Source,
    at_least,
    grade,
    is_stable,
)


class Facts(TypedDict, total=False):
    stable_baseline: bool
    signal: bool
    adjusted: bool
    interrupted: bool
    control: bool
    design: Design
    source: Source


def graded(**facts: bool | str) -> EvidenceGrade:
    given_facts: Facts = {
        "stable_baseline": False,
        "signal": False,
        "adjusted": False,
        "interrupted": False,
        "control": False,
        "source": "system_log",
        **facts,  # type: ignore[typeddict-item]
    }
    return grade(**given_facts, signed_definition=True, values=20, age=0.5)


@pytest.mark.parametrize(
    ("facts", "expected", "reason"),
    [
        ({}, "1", "before_after"),
        ({"stable_baseline": True}, "1", "before_after"),
        ({"signal": True}, "1", "before_after"),
        ({"stable_baseline": True, "signal": True}, "2", "stable_baseline_with_signal"),
        ({"adjusted": True}, "2", "adjusted_before_after"),
        ({"interrupted": True}, "2+", "interrupted_series"),
        ({"control": True}, "3", "control"),
        ({"control": True, "design": "quasi_random"}, "4", "quasi_random"),
        ({"control": True, "design": "randomised"}, "5", "randomised"),
        # A lot without a comparison is no evidence.
        ({"design": "randomised", "adjusted": True}, "2", "adjusted_before_after"),
        ({"control": True, "design": "randomised", "source": "estimate"}, "1", "self_report"),
        ({"control": True, "source": "survey"}, "3", "control"),
    ],
)
def test_grade(facts: dict[str, bool | str], expected: str, reason: str) -> None:
    found = graded(**facts)
    assert (found.grade, found.reasons[0]) == (expected, reason)


def test_facts_stand_beside_the_grade() -> None:
    found = graded(adjusted=True)
    assert (found.source, found.signed_definition, found.values, found.age) == ("system_log", True, 20, 0.5)


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        ({}, ("lengthen_baseline", "adjust_baseline")),
        ({"stable_baseline": True}, ("wait_for_signal", "adjust_baseline")),
        ({"adjusted": True}, ("run_interrupted_series", "choose_control")),
        ({"interrupted": True}, ("choose_control",)),
        ({"control": True}, ("assign_by_lot",)),
        ({"control": True, "design": "quasi_random"}, ("randomise",)),
        ({"control": True, "design": "randomised"}, ()),
        ({"control": True, "source": "estimate"}, ("measure_instead_of_estimate",)),
    ],
)
def test_how_to_raise_it(facts: dict[str, bool | str], steps: tuple[str, ...]) -> None:
    assert graded(**facts).how_to_raise == steps


@given(*[st.booleans()] * 5, st.sampled_from(DESIGNS))
def test_more_evidence_never_lowers_the_grade(
    stable: bool, signal: bool, adjusted: bool, interrupted: bool, control: bool, design: Design
) -> None:
    facts = {"stable_baseline": stable, "signal": signal, "adjusted": adjusted, "interrupted": interrupted}
    found = graded(**facts, control=control, design=design)
    for name in facts:
        assert at_least(graded(**{**facts, name: True}, control=control, design=design).grade, found.grade)
    assert at_least(graded(**facts, control=True, design=design).grade, found.grade)


def test_grades_are_in_order() -> None:
    assert GRADES == ("1", "2", "2+", "3", "4", "5")
    pairs: list[tuple[Grade, Grade, bool]] = [
        ("2+", "2", True),
        ("2", "2+", False),
        ("3", "2+", True),
        ("1", "1", True),
    ]
    for given_grade, least, expected in pairs:
        assert at_least(given_grade, least) is expected


def test_a_stable_baseline_has_six_values_and_no_signal() -> None:
    assert is_stable([10, 12, 11, 10, 12, 11])
    assert not is_stable([10, 12, 11, 10, 12])
    assert not is_stable([10, 12, 11, 10, 12, 11, 10, 12, 11, 40])
    assert not is_stable([1, 2, 3, 4, 5, 6, 7])


def test_bad_input_names_the_argument() -> None:
    for facts, argument in [({"design": "x"}, "design"), ({"source": "gossip"}, "source")]:
        with pytest.raises(MethodError, match=argument):
            graded(**facts)
    for values, age, argument in [(-1, None, "values"), (1.5, None, "values"), (1, -0.1, "age")]:
        with pytest.raises(MethodError, match=argument):
            grade(
                stable_baseline=False, signal=False, adjusted=False, interrupted=False, control=False,
                source="survey", signed_definition=False, values=values, age=age,  # type: ignore[arg-type]
            )  # fmt: skip
    with pytest.raises(MethodError, match="least"):
        at_least("1", "6")  # type: ignore[arg-type]
