"""How strong the evidence for a change is: a grade by the design behind it (METHOD §4), never by its size.

Source: Maryland Scientific Methods Scale, with "2+" (an interrupted time series without control) as an own
choice. Codes only: pages write the sentences.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from assessments.method.arguments import Numbers, number, numbers
from assessments.method.control_chart import xmr
from assessments.method.errors import MethodError

Grade: TypeAlias = Literal["1", "2", "2+", "3", "4", "5"]
Design: TypeAlias = Literal["none", "quasi_random", "randomised"]
Source: TypeAlias = Literal["system_log", "audited_sample", "survey", "estimate"]
Reason: TypeAlias = Literal[
    "self_report",
    "before_after",
    "stable_baseline_with_signal",
    "adjusted_before_after",
    "interrupted_series",
    "control",
    "quasi_random",
    "randomised",
]
Step: TypeAlias = Literal[
    "measure_instead_of_estimate",
    "lengthen_baseline",
    "wait_for_signal",
    "adjust_baseline",
    "run_interrupted_series",
    "choose_control",
    "assign_by_lot",
    "randomise",
]
GRADES: Final[tuple[Grade, ...]] = get_args(Grade)
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
"""From the strongest to the weakest."""
DESIGNS: Final[tuple[Design, ...]] = get_args(Design)
FEWEST_VALUES: Final = 6
_GRADE_OF: Final[dict[Reason, Grade]] = {
    "before_after": "1",
    "stable_baseline_with_signal": "2",
    "adjusted_before_after": "2",
    "interrupted_series": "2+",
    "control": "3",
    "quasi_random": "4",
    "randomised": "5",
}
_NEXT_STEPS: Final[dict[Grade, tuple[Step, ...]]] = {
    "1": ("adjust_baseline",),
    "2": ("run_interrupted_series", "choose_control"),
    "2+": ("choose_control",),
    "3": ("assign_by_lot",),
    "4": ("randomise",),
    "5": (),
}


@dataclass(frozen=True, slots=True)
class EvidenceGrade:
    """`reasons`: all that hold, the strongest first, which gives the grade. `how_to_raise`: each step is one way.

    Beside the grade, as facts: source, whether the definition is signed, number of values, age of the newest
    in periods (None without values).
    """

    grade: Grade
    reasons: tuple[Reason, ...]
    how_to_raise: tuple[Step, ...]
    source: Source
    signed_definition: bool
    values: int
    age: float | None


def grade(
    *,
    stable_baseline: bool,
    signal: bool,
    adjusted: bool,
    interrupted: bool,
    control: bool,
    source: Source,
    signed_definition: bool,
    values: int,
    design: Design = "none",
    age: float | None = None,
) -> EvidenceGrade:
    """1, 2, 2+, 3, 4 or 5 by what was done.

    `stable_baseline`: limits from before the change, and nothing outside them (`is_stable`); `signal`: the
    chart or the verdict shows a change since; `adjusted`: compared with a baseline adjusted for season or
    driver; `interrupted`: an interrupted time series with inference ran; `control`: a comparison with units
    without the change ran; `design`: how units were chosen, which counts only together with `control`.
    An estimate (`source`) stays a self-report: grade 1, whatever was computed from it.
    """
    _check(design, source, values, age)
    holds: dict[Reason, bool] = {
        "randomised": control and design == "randomised",
        "quasi_random": control and design == "quasi_random",
        "control": control,
        "interrupted_series": interrupted,
        "adjusted_before_after": adjusted,
        "stable_baseline_with_signal": stable_baseline and signal,
        "before_after": True,
    }
    reasons = tuple(reason for reason, held in holds.items() if held)
    reached = _GRADE_OF[reasons[0]]
    steps = _NEXT_STEPS[reached]
    if reached == "1":
        steps = ("wait_for_signal" if stable_baseline else "lengthen_baseline", *steps)
    if source == "estimate":
        reached, reasons, steps = "1", ("self_report",), ("measure_instead_of_estimate",)
    return EvidenceGrade(reached, reasons, steps, source, signed_definition, values, age)


def at_least(given: Grade, least: Grade) -> bool:
    """Whether a grade is as good as `least`: 1 < 2 < 2+ < 3 < 4 < 5."""
    for name, word in (("given", given), ("least", least)):
        if word not in GRADES:
            raise MethodError(name, f"one of {', '.join(GRADES)} is expected, not {word!r}")
    return GRADES.index(given) >= GRADES.index(least)


def is_stable(before: Numbers) -> bool:
    """Whether values before the change are a baseline to build on: six or more, and no signal among them."""
    baseline = numbers("before", before)
    return baseline.size >= FEWEST_VALUES and not xmr(baseline).signals


def _check(design: Design, source: Source, values: int, age: float | None) -> None:
    if design not in DESIGNS:
        raise MethodError("design", f"one of {', '.join(DESIGNS)} is expected, not {design!r}")
    if source not in SOURCES:
        raise MethodError("source", f"one of {', '.join(SOURCES)} is expected, not {source!r}")
    if isinstance(values, bool) or not isinstance(values, (int, np.integer)) or values < 0:
        raise MethodError("values", f"a whole number, 0 or more, is expected, not {values!r}")
    if age is not None and number("age", age) < 0:
        raise MethodError("age", "an age of 0 or more periods is expected")
