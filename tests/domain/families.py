"""Children to divide a value among, of every kind."""

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.shares import Child

# Rosa runs Sales; Tariq leads there, Sam sells there, Eve sells elsewhere.
ROSA, TARIQ, SAM, EVE = 1, 2, 3, 4

WEIGHTS = st.none() | st.integers(0, 50) | st.fractions(0, 50, max_denominator=7)
RAMPS = st.sampled_from([1, 1, 1, Fraction(1, 2), Fraction(1, 4), 0])
UNITS = st.sampled_from([1, 1, 2, 5, 100])
RARELY = st.sampled_from([None, None, None, True])


@st.composite
def families(draw: st.DrawFn, values_max: int = 60, size_max: int = 7) -> list[Child[int]]:
    """Children of every kind; names repeat, so that ties reach the key."""
    values = st.integers(0, values_max)
    return [
        Child(
            key,
            draw(st.sampled_from("ABC")),
            weight=draw(WEIGHTS),
            locked=draw(RARELY) and draw(values),
            minimum=draw(RARELY) and draw(values) // 2,
            maximum=draw(RARELY) and draw(values) + values_max // 2,
            ramp=draw(RAMPS),
            present=draw(st.none() | values),
        )
        for key in range(1, draw(st.integers(1, size_max)) + 1)
    ]


def kinds(infeasible: pytest.ExceptionInfo[Infeasible]) -> list[tuple[ClashKind, int | Fraction]]:
    """What clashed, and by how much."""
    return [(each.kind, each.off) for each in infeasible.value.clashes]
