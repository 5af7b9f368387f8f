"""Maven's fourth quarter, planned by what was won in the third: by Paceline, and by plain arithmetic."""

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

CENTS = 100
VALUE = 3_000_000 * CENTS
# Everybody below the organization by the path down the tree, office, manager and agent, and a value.
Paths = dict[tuple[str, ...], int]


class Planner:
    """A target for the fourth quarter, with the organization's share of it."""

    def __init__(self) -> None:
        from paceline import edge
        from paceline.plan.actions.assignments import assign
        from paceline.plan.actions.targets import create_target
        from paceline.plan.find import ORGANIZATION

        self.scope = edge.command_scope()
        given: dict[str, Any] = {"metric": "revenue", "value": VALUE, "period": "quarterly"}
        self.target = create_target(self.scope, name="Q4", start_date=date(2017, 10, 1), **given)
        self.root = assign(self.scope, self.target.id, ORGANIZATION, value=VALUE).id

    def cascaded(self, rounding: int) -> tuple[Paths, set[str]]:
        """What all have after a cascade down all levels by history; and who had none, as the preview says."""
        from paceline.plan.actions.cascades import preview_cascade
        from paceline.plan.actions.previews import apply_preview
        from paceline.plan.held import held

        options = {"method": "weighted", "levels": "all", "rounding": rounding}
        previewed = preview_cascade(self.scope, self.root, options, date(2017, 9, 30))
        apply_preview(self.scope, previewed.token)
        rows = {each.id: each for each in held(self.scope, self.target)}
        found: Paths = {}
        for each in rows.values():
            path, at = [each.name], each
            while at.parent_id is not None:
                at = rows[at.parent_id]
                path.append(at.name)
            if len(path) > 1:
                found[tuple(path[-2::-1])] = each.value
        return found, {row.name for row in previewed.draft.rows if "mean of the others" in row.why}


class Arithmetic:
    """The same from the files alone, written down as semantics.md says it."""

    def __init__(self, maven: Path) -> None:
        rows = read(maven / "sales_teams.csv")
        self.agents = {row["sales_agent"]: (row["regional_office"], row["manager"]) for row in rows}
        self.won = self._third_quarter(maven / "sales_pipeline.csv")

    @property
    def without(self) -> set[str]:
        """The agents who won nothing."""
        return set(self.agents) - {path[2] for path in self.won if len(path) == 3}

    def _third_quarter(self, path: Path) -> Paths:
        """Cents won from July to September by all on the path; whoever won nothing is left out."""
        won: Paths = defaultdict(int)
        for row in read(path):
            if row["deal_stage"] == "Won" and "2017-07-01" <= row["close_date"] <= "2017-09-30":
                office, manager = self.agents[row["sales_agent"]]
                for each in ((office,), (office, manager), (office, manager, row["sales_agent"])):
                    won[each] += int(row["close_value"]) * CENTS
        return {each: value for each, value in won.items() if value}

    def divided(self, unit: int) -> Paths:
        """Level by level: in proportion, the mean for whoever has nothing, then largest remainder, ties by name."""
        everyone = {(*above, agent)[:depth] for agent, above in self.agents.items() for depth in (1, 2, 3)}
        found: Paths = {(): VALUE}
        for depth in (1, 2, 3):
            for parent in [path for path in found if len(path) == depth - 1]:
                children = sorted(path for path in everyone if len(path) == depth and path[:-1] == parent)
                known = [self.won[path] for path in children if path in self.won]
                mean = Fraction(sum(known), len(known))
                weights = [Fraction(self.won.get(path, mean)) for path in children]
                exact = [found[parent] * weight / sum(weights) / unit for weight in weights]
                units = [int(each) for each in exact]
                over = [whole - each for whole, each in zip(units, exact, strict=True)]
                by_remainder = sorted(range(len(children)), key=over.__getitem__)
                for place in by_remainder[: found[parent] // unit - sum(units)]:
                    units[place] += 1
                found |= {path: number * unit for path, number in zip(children, units, strict=True)}
        del found[()]
        return found


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
