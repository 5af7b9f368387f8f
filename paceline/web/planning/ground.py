"""What the pages of planning share: what is planned under, and the steps from a preview to its confirmation."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponseBase

from paceline.errors import PacelineError
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.plan import find
from paceline.plan.actions import previews
from paceline.plan.actions.previews import Previewed
from paceline.plan.draft import plain
from paceline.plan.held import Held, held_one
from paceline.plan.models import Target
from paceline.web.formats import Figures
from paceline.web.lines import figures_for
from paceline.web.page import Page
from paceline.web.targets.drafts import DraftShown, drafted


@dataclass(frozen=True, slots=True)
class Planned:
    """The share that is planned under, and how its target's values are written."""

    target: Target
    held: Held
    figures: Figures

    @property
    def value(self) -> str:
        """What there is to divide."""
        return self.figures.fitting([self.held.value])(self.held.value)


def planned(page: Page, assignment_id: int) -> Planned:
    """The share, for whoever plans. Raises NotFound, NotAllowed."""
    with page.reading() as scope:
        reach.check_plans(scope)
        found = find.assignment(scope, assignment_id)
        reach.check_sees(scope, Assignee(found.assignee_kind, found.assignee_id))
        target = find.target_of_assignment(scope, assignment_id)
        return Planned(target, held_one(scope, assignment_id), figures_for(page, target))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A preview in words and figures with its token, or why there is none."""

    token: str = ""
    draft: DraftShown | None = None
    unallocated: str = ""
    is_over: bool = False
    faults: tuple[str, ...] = ()
    # The choices that it is of, as the form sends them back with the token.
    choices: str = ""


Options = Callable[[], dict[str, Any]]


def outcome(
    page: Page, under: Planned, done: tuple[str, ...] | None, options: Options, preview: Callable[..., Previewed]
) -> Outcome:
    """What would be done, or what is wrong with what was asked for; beside why it was not done, if that was pressed."""
    try:
        choices = options()
        made = shown(under, page.do(lambda scope: preview(scope, choices)))
    except PacelineError as error:
        return Outcome(faults=(*(done or ()), *faults_of(error)))
    return replace(made, faults=done or (), choices=_written(choices))


def _written(choices: dict[str, Any]) -> str:
    return json.dumps(plain(choices), sort_keys=True)


def shown(under: Planned, made: Previewed) -> Outcome:
    """A preview in words and figures."""
    left = made.draft.unallocated
    words = "" if not left else under.figures.exact(abs(left))
    return Outcome(made.token, drafted(under.figures, made.draft), words, left is not None and left < 0)


def faults_of(error: PacelineError) -> tuple[str, ...]:
    """Each thing that is wrong, as a sentence."""
    if error.faults:
        return tuple(f"{each.where.replace('_', ' ')}: {each.message}" for each in error.faults)
    return tuple(part[:1].upper() + part[1:] for part in error.message.split("; "))


def confirmed(
    page: Page, under: Planned, what: str, options: Options | None = None
) -> HttpResponseBase | tuple[str, ...] | None:
    """Do what was previewed, where that was pressed; faults where it could not be done, None where nothing was.

    What was chosen in the form and not yet shown is not done.
    """
    token = page.request.POST.get("token", "")
    if not page.is_posted or not token:
        return None
    reason = page.request.POST.get("reason", "")
    number = under.held.id
    try:
        if options and page.request.POST.get("choices", "") not in {"", _written(options())}:
            return ("These choices were made after the preview. It is shown anew: look at it, and confirm then.",)
        made = page.do(lambda scope: previews.apply_preview_of(scope, "assignment", number, token, reason))
    except PacelineError as error:
        return faults_of(error)
    changed = sum(row.changes for row in made.draft.rows)
    shares = f"{changed:,} share{'' if changed == 1 else 's'}"
    said = f"{what} of {under.held.name}: {shares} changed. It can be taken back under More."
    return page.go("target", under.target.id, said=said)


def given(page: Page, names: tuple[str, ...]) -> dict[str, Any]:
    """The options of that name that were filled in, as text."""
    found = {name: page.request.POST.get(name, "").strip() for name in names}
    return {name: text for name, text in found.items() if text}
