"""What yields credit in an organization: the rules that the compiler turns into SQL."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from paceline.domain import metric
from paceline.domain.kinds import Kind
from paceline.domain.metric import Definition


class CreditOwner(StrEnum):
    """Whether a record credits the owner it has now, or the one it had when it was won, qualified or completed."""

    AT_CLOSE = "at_close"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Rules:
    """The reporting currency with its exponent, the zone that makes days, whom to credit, and the metrics by id."""

    currency: str
    exponent: int
    time_zone: str
    credit_owner: CreditOwner
    metrics: tuple[tuple[int, Definition], ...]

    def definition(self, metric_id: int) -> Definition | None:
        """The metric of that id, None once it is gone."""
        return dict(self.metrics).get(metric_id)

    def levels(self, metric_ids: Collection[int]) -> list[int]:
        """Those of these metrics that are levels."""
        return [number for number, each in self.metrics if number in metric_ids and each.kind == Kind.LEVEL]

    def write(self) -> dict[str, object]:
        """The rules as JSON."""
        return {
            "currency": self.currency,
            "exponent": self.exponent,
            "time_zone": self.time_zone,
            "credit_owner": self.credit_owner.value,
            "metrics": {str(number): metric.write(each) for number, each in self.metrics},
        }


@lru_cache(maxsize=256)
def read(text: str) -> Rules:
    """The rules written by `Rules.write`, from their JSON text."""
    written: dict[str, Any] = json.loads(text)
    metrics: dict[str, dict[str, object]] = written["metrics"]
    return Rules(
        written["currency"],
        written["exponent"],
        written["time_zone"],
        CreditOwner(written["credit_owner"]),
        tuple(sorted((int(number), metric.read(each)) for number, each in metrics.items())),
    )
