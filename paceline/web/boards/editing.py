"""Making, changing and deleting a leaderboard."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.boards import actions, find
from paceline.boards.models import (
    BOARD_NAME_CHARACTERS_MAX,
    COUNTS,
    BoardPeriod,
    Entrants,
    Leaderboard,
    RankBy,
    Visibility,
)
from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org.models import Department, Team
from paceline.plan import registry
from paceline.plan.models import Target, TargetStatus
from paceline.web.forms import Form
from paceline.web.page import Page, page

_TARGETS_MAX = 200


class BoardForm(Form):
    """What the manual calls the configuration of a leaderboard."""

    names: Mapping[str, str] = {"metric": "measure", "target_id": "measure", "scope_kind": "among", "scope_id": "among"}

    name = forms.CharField(max_length=BOARD_NAME_CHARACTERS_MAX)
    measure = forms.ChoiceField(label="Ranks by", help_text="A metric, or a target: then its filter and shares count.")
    rank_by = forms.ChoiceField(
        label="What decides",
        choices=[
            (RankBy.VALUE.value, "The value"),
            (RankBy.ATTAINMENT.value, "The attainment: value of one's own target"),
            (RankBy.IMPROVED.value, "Most improved against the same days of the period before"),
        ],
    )
    period = forms.ChoiceField(choices=[(each.value, f"This {each.value}") for each in reversed(BoardPeriod)])
    among = forms.ChoiceField(label="Among", required=False)
    entrants = forms.ChoiceField(choices=[(each.value, each.value.capitalize()) for each in Entrants])
    count = forms.TypedChoiceField(label="How many", coerce=int, choices=[(each, f"Top {each}") for each in COUNTS])
    visibility = forms.ChoiceField(
        label="Who may see it",
        choices=[(Visibility.ALL.value, "Everybody"), (Visibility.MANAGERS.value, "Managers and admins")],
    )

    def __init__(self, page: Page, scope: Scope, board: Leaderboard | None = None) -> None:
        super().__init__(page, initial=dict(actions.DEFAULTS) if board is None else _initial(board))
        metrics = [(f"metric:{each.key}", each.name) for each in registry.listed(scope)]
        own = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value).order_by("-start_date", "id")
        targets = [(f"target:{each.id}", each.name) for each in own[:_TARGETS_MAX]]
        self.fields["measure"].choices = [("Metrics", metrics), ("Targets", targets)]  # pyright: ignore[reportAttributeAccessIssue]
        units = [
            (f"{kind}:{number}", name)
            for kind, things in (("department", Department), ("team", Team))
            for number, name in things.objects.filter(org_id=scope.org_id).order_by("name").values_list("id", "name")
        ]
        self.fields["among"].choices = [("", "Everyone"), *units]  # pyright: ignore[reportAttributeAccessIssue]

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        made = dict(self.cleaned_data)
        kind, _, of = made.pop("measure").partition(":")
        made |= {"metric": of} if kind == "metric" else {"target_id": int(of)}
        unit, _, number = made.pop("among").partition(":")
        return {**made, "scope_kind": unit or "everyone", "scope_id": int(number) if number else None}


def _initial(board: Leaderboard) -> dict[str, Any]:
    own = ("name", "rank_by", "period", "entrants", "count", "visibility")
    measure = f"target:{board.target_id}" if board.target_id else f"metric:{board.chosen.key}"
    among = f"{board.scope_kind}:{board.scope_id}" if board.scope_id else ""
    return {name: getattr(board, name) for name in own} | {"measure": measure, "among": among}


@page("GET", "POST")
def create(page: Page) -> HttpResponseBase:
    """Make a board."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_BOARDS)
        form = BoardForm(page, scope)
    made = form.attempt(lambda scope: actions.create_board(scope, **form.given()))
    if made is not None:
        return page.go("boards", said=f"{made.name} is on.")
    return _form(page, form, "Create leaderboard")


@page("GET", "POST")
def edit(page: Page, board_id: int) -> HttpResponseBase:
    """Change a board."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_BOARDS)
        form = BoardForm(page, scope, find.board(scope, board_id))
    made = form.attempt(lambda scope: actions.edit_board(scope, board_id, **form.given()))
    if made is not None:
        return page.go("boards", said=f"{made.name} is changed.")
    return _form(page, form, "Change leaderboard")


@page("GET", "POST")
def delete(page: Page, board_id: int) -> HttpResponseBase:
    """Ask, then delete a board."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_BOARDS)
        board = find.board(scope, board_id)
    if page.is_posted:
        page.do(lambda scope: actions.delete_board(scope, board_id))
        return page.go("boards", said=f"{board.name} is gone.")
    return page.render("paceline/boards/delete.html", {"board": board})


def _form(page: Page, form: BoardForm, heading: str) -> HttpResponseBase:
    show = page.refused if page.is_posted else page.render
    return show("paceline/boards/form.html", {"form": form, "heading": heading})
