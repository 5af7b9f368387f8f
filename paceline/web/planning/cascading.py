"""Cascading a share down the tree, and making the sums hold again after a hire or a departure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponseBase

from paceline.domain.shares import Method
from paceline.errors import Fault, InvalidInput, PacelineError
from paceline.facts.scope import Scope
from paceline.plan import registry
from paceline.plan.actions import cascades
from paceline.plan.actions.previews import Previewed
from paceline.plan.draft import Row
from paceline.web.page import Page, page
from paceline.web.planning import ground
from paceline.web.planning.ground import Outcome, Planned

# On the page a method of its own: weighted by several metrics together.
BLEND = "blend"
METHODS = [
    (Method.WEIGHTED.value, "Weighted: by history, or by weights of yours"),
    (BLEND, "Blend: by several metrics together"),
    (Method.EQUAL.value, "Equal: the same to each"),
    (Method.MANUAL.value, "Manual: each value by hand"),
]
# The words of an option by child, and how it is read: as a value in the target's unit, or as a plain number.
_VALUES = {"value": "values", "minimum": "minimums", "maximum": "maximums"}
_FACTORS = {"weight": "weights", "ramp": "ramps"}
_ONLY_WITH = {"value": Method.MANUAL.value, "weight": Method.WEIGHTED.value}
_UNITS = (1, 100, 1_000)


@dataclass(frozen=True, slots=True)
class Child:
    """Somebody right below, with what was filled in for them."""

    key: str
    name: str
    before: str
    is_locked: bool
    is_chosen: bool
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class Counting:
    """A metric, with how much it was said to count in a blend."""

    key: str
    name: str
    given: str


@page("GET", "POST")
def cascade(page: Page, assignment_id: int) -> HttpResponseBase:
    """Choose how, look at every row, confirm."""
    under = ground.planned(page, assignment_id)
    options = partial(_options, page, under)
    done = ground.confirmed(page, under, "Cascade", options)
    if isinstance(done, HttpResponseBase):
        return done

    def preview(scope: Scope, chosen: dict[str, Any]) -> Previewed:
        return cascades.preview_cascade(scope, assignment_id, chosen, page.today)

    outcome = ground.outcome(page, under, done, options, preview)
    if page.is_partial and page.request.headers.get("HX-Target") == "preview":
        return page.render("paceline/planning/preview.html", {"under": under, "outcome": outcome})
    shown = {
        "under": under,
        "outcome": outcome,
        "children": _children(page, under, _below(page, under, outcome)),
        "metrics": _metrics(page),
        "methods": METHODS,
        "roundings": _roundings(under),
        "rounding": _rounding(page, under),
        "given": page.request.POST,
        "method": page.request.POST.get("method", Method.WEIGHTED.value),
    }
    return page.render("paceline/planning/cascade.html", shown)


@page("GET", "POST")
def rebalance(page: Page, assignment_id: int) -> HttpResponseBase:
    """The smallest change that makes the sums hold again, beside dividing anew."""
    under = ground.planned(page, assignment_id)
    done = ground.confirmed(page, under, "Rebalancing")
    if isinstance(done, HttpResponseBase):
        return done
    shown: dict[str, Any] = {"under": under, "faults": done or ()}
    try:
        options = {"method": Method.EQUAL.value, "rounding": _rounding(page, under)}
        made = page.do(lambda scope: cascades.preview_rebalance(scope, assignment_id, options, page.today))
        shown |= {"smallest": ground.shown(under, made.smallest), "full": ground.shown(under, made.full)}
    except PacelineError as error:
        shown["faults"] = (*shown["faults"], *ground.faults_of(error))
    return page.render("paceline/planning/rebalance.html", shown)


def _options(page: Page, under: Planned) -> dict[str, Any]:
    """The options as the verb takes them. Raises InvalidInput for amounts that are none."""
    if not page.is_posted:
        return {"method": Method.WEIGHTED.value, "levels": 1, "rounding": _rounding(page, under)}
    post = page.request.POST
    options = ground.given(page, ("method", "history_from", "history_to", "hedge_percent"))
    faults: list[Fault] = []
    by_history = {Method.WEIGHTED.value, BLEND}
    if options.get("method") not in by_history:
        options.pop("history_from", None)
        options.pop("history_to", None)
    if options.get("method") == BLEND:
        options |= {"method": Method.WEIGHTED.value, "blend": _blend(page, faults)}
    options["levels"] = "all" if post.get("levels") == "all" else 1
    options["rounding"] = _rounding(page, under)
    keys = post.getlist("child")
    chosen = post.getlist("chosen")
    if keys and len(chosen) < len(keys):
        options["children"] = chosen
    for word, name in {**_VALUES, **_FACTORS}.items():
        if _ONLY_WITH.get(word, post.get("method")) != post.get("method"):
            continue
        found = {key: post.get(f"{word}:{key}", "").strip() for key in chosen or keys}
        read = {key: _read(under, word, key, text, faults) for key, text in found.items() if text}
        if read:
            options[name] = read
    if faults:
        raise InvalidInput(faults)
    return options


def _blend(page: Page, faults: list[Fault]) -> dict[str, str]:
    """How much each metric counts, by its key; a metric that is left blank does not."""
    given = {each.key: _plain(each.given) for each in _metrics(page) if each.given}
    if not given:
        faults.append(Fault(BLEND, "say how much each metric counts, such as 70 for one and 30 for another"))
    return given


def _metrics(page: Page) -> list[Counting]:
    with page.reading() as scope:
        own = list(registry.listed(scope).values_list("key", "name"))
    post = page.request.POST
    return [Counting(key, name, post.get(f"{BLEND}:{key}", "").strip()) for key, name in own]


def _plain(text: str) -> str:
    return text.replace(",", ".")


def _read(under: Planned, word: str, key: str, text: str, faults: list[Fault]) -> Any:
    if word in _FACTORS:
        return _plain(text)
    try:
        return under.figures.parse(text)
    except ValueError as error:
        faults.append(Fault(f"{word} of {key}", str(error)))
        return 0


def _rounding(page: Page, under: Planned) -> int:
    """By what values are rounded: nobody sells in cents, where there are none to be divided."""
    given = page.request.POST.get("rounding", "")
    if given.isdecimal():
        return int(given)
    unit = 10**under.figures.exponent
    return 1 if under.held.value % unit else unit


def _roundings(under: Planned) -> list[tuple[int, str]]:
    """What there is to choose: a cent or one, and round numbers of the unit."""
    unit = 10**under.figures.exponent
    finest = [(1, under.figures.exact(1))] if unit > 1 else []
    return [*finest, *((each * unit, under.figures.whole(each * unit)) for each in _UNITS)]


def _below(page: Page, under: Planned, outcome: Outcome) -> Sequence[Row]:
    """A row of each of those right below in the target tree, whether they have a share yet or not."""
    if not page.is_posted and outcome.draft is not None and not outcome.draft.more:
        return [line.row for line in outcome.draft.lines]
    options = {"method": Method.EQUAL.value}
    try:
        made = page.tried(lambda scope: cascades.preview_cascade(scope, under.held.id, options, page.today))
    except PacelineError:
        return []
    return made.draft.rows


def _children(page: Page, under: Planned, rows: Sequence[Row]) -> list[Child]:
    """Those right below, with what was filled in for each."""
    chosen = page.request.POST.getlist("chosen") if page.is_posted else None
    found: list[Child] = []
    for row in rows:
        if row.parent is None or row.parent.assignee != under.held.assignee or row.place.window != under.held.window:
            continue
        key = f"{row.place.assignee.kind}:{row.place.assignee.id}"
        filled = {word: page.request.POST.get(f"{word}:{key}", "") for word in (*_VALUES, *_FACTORS)}
        is_chosen = chosen is None or key in chosen
        found.append(Child(key, row.name, under.figures.whole(row.before), row.is_locked, is_chosen, filled))
    return found
