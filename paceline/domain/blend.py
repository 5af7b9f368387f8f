"""One weight out of the histories of several metrics."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic

from paceline.domain.reason import Number
from paceline.domain.shares import K


@dataclass(frozen=True, slots=True)
class Ingredient(Generic[K]):
    """One metric of a blend: how much it weighs (above zero), and the history by child, None where there is none."""

    weight: Number
    history: Mapping[K, Number | None]


def blend(ingredients: Sequence[Ingredient[K]], keys: Iterable[K]) -> dict[K, Fraction | None]:
    """The weighted sum of each child's shares in the metrics; they add up to 1 over those with any history.

    In a metric without history of their own a child counts with the mean of those who have one, and in a metric that
    came to nothing for all, with an equal share. None where no metric has history: `allocate` gives the mean. Raises
    ValueError for a weight that is not above zero.
    """
    if any(each.weight <= 0 for each in ingredients):
        raise ValueError("a metric's weight in a blend is above zero")
    keys = list(keys)
    known = [key for key in keys if any(each.history.get(key) is not None for each in ingredients)]
    total = sum((Fraction(each.weight) for each in ingredients), start=Fraction(0))
    shares = [(each.weight / total, _shares(each.history, known)) for each in ingredients]
    blended = {key: sum((part * share[key] for part, share in shares), start=Fraction(0)) for key in known}
    return {key: blended.get(key) for key in keys}


def _shares(history: Mapping[K, Number | None], keys: Sequence[K]) -> dict[K, Fraction]:
    """Each one's share in the metric."""
    known = [value for key in keys if (value := history.get(key)) is not None]
    whole = Fraction(sum(known))
    if whole == 0:
        return {key: Fraction(1, len(keys)) for key in keys}
    mean = whole / len(known)
    filled = {key: mean if (value := history.get(key)) is None else value for key in keys}
    return {key: value / (mean * len(keys)) for key, value in filled.items()}
