"""The command that reads the audit trail."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption
from paceline.cli.rows import Format, FormatOption, print_rows

PAGE_ROWS = 1_000
FIELDS = ("at", "actor", "origin", "verb", "kind", "object_id", "old", "new", "reason")


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(audit)


def audit(
    kind: Annotated[str | None, typer.Option("--kind", help="Of this kind of thing, such as target.")] = None,
    thing: Annotated[int | None, typer.Option("--id", help="Of the thing of this id.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="By whom.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="TIME", help="At this time or later.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this time.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most, the newest first.")] = 100,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """List who changed what, when, from where, from what to what, and why."""
    first, last = common.moment(from_, "from"), common.moment(to, "to")
    with common.reading(organization) as scope:
        from paceline.org import changes
        from paceline.org.changes import Asked

        asked = Asked(kind, thing, actor, first, last)
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            before = found[-1]["id"] if found else 0
            page = changes.entries(scope, asked, before, min(PAGE_ROWS, limit - len(found)))
            if not page:
                break
            found += page
    print_rows([{name: _shown(each[name]) for name in FIELDS} for each in found], format_, FIELDS)


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
