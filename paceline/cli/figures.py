"""Commands for the figures: progress, the records and days behind it, why a record counts, what is uncounted."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, counted, say, tell
from paceline.cli.planning import EndOption, StartOption, TargetArgument, ToOption, part, style_of
from paceline.cli.rows import Format, FormatOption, print_rows

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DAY", help="Count the days up to this one. Default: today.")
]
KnownAtOption = Annotated[
    str | None,
    typer.Option("--known-at", metavar="TIME", help="As everything stood then, such as 2026-01-31T17:00:00Z."),
]
TodayOption = Annotated[
    str | None,
    typer.Option("--today", metavar="DAY", help="As if asked on that day, which is not over yet. Default: today."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(progress)
    app.command()(series)
    app.command()(records)
    app.command()(explain)
    app.command()(uncounted)


def progress(
    target: TargetArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    today: TodayOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show how far every assignee of a target is, and whether on pace."""
    clocks = _clocks(as_of, known_at, today)
    with common.reading(organization) as scope:
        from paceline.plan import find, shown
        from paceline.plan import progress as figures

        found = find.target_named(scope, target)
        window = part(found, start, end) if start or end else None
        report = figures.report(scope, found, common.now(), clocks(figures.Clocks), window)
        if format_ == Format.TABLE:
            names, rows = shown.table(report)
        else:
            show = shown.flat if format_ == Format.CSV else shown.row
            names, rows = shown.FLAT_FIELDS, [show(report, each) for each in report.rows]
    print_rows(rows, format_, names)
    say(shown.heading(report), style="dim")
    if not rows and window is not None:
        say(f"nobody has a share for {window.start} to {window.last}: leave out --start and --end", style="yellow")
    elif not rows:
        say(f"nobody has a share yet: paceline assign {found.id} --to organization --value ...", style="yellow")


def series(
    target: TargetArgument,
    to: ToOption = "organization",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    today: TodayOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show an assignee's progress day by day, with the pace line."""
    clocks = _clocks(as_of, known_at, today)
    with common.reading(organization) as scope:
        from paceline.plan import behind, find
        from paceline.plan.progress import Clocks

        found = find.target_named(scope, target)
        asked = clocks(Clocks)
        held = behind.find_held(scope, found, find.assignee(scope, to), part(found, start, end), asked.known_at)
        points = behind.series(scope, found, held, common.now(), asked)
        value = _values(scope, found, format_)
    rows = [{"day": str(each.day), "current": value(each.current), "expected": value(each.expected)} for each in points]
    print_rows(rows, format_, ("day", "current", "expected"))


def records(
    target: TargetArgument,
    to: ToOption = "organization",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    today: TodayOption = None,
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """List the records behind an assignee's current value; their values add up to it."""
    clocks = _clocks(as_of, known_at, today)
    with common.reading(organization) as scope:
        from paceline.org.models import Person
        from paceline.plan import behind, find
        from paceline.plan.progress import Clocks

        found = find.target_named(scope, target)
        asked = clocks(Clocks)
        held = behind.find_held(scope, found, find.assignee(scope, to), part(found, start, end), asked.known_at)
        behind_it: list[Any] = []
        after = (0, 0)
        while page := behind.records(scope, found, held, common.now(), asked, after):
            behind_it += page
            after = page[-1].record_id, page[-1].person_id
        people = Person.objects.filter(org_id=scope.org_id, id__in={each.person_id for each in behind_it})
        names = dict(people.values_list("id", "name"))
        value, total = _values(scope, found, format_), _values(scope, found, Format.TABLE)
    rows = [
        {
            "source": each.source,
            "external_id": each.external_id,
            "name": each.name,
            "person_id": each.person_id,
            "person": names[each.person_id],
            "day": str(each.day),
            "value": value(each.value),
        }
        for each in behind_it
    ]
    ids = () if format_ == Format.TABLE else ("person_id",)
    print_rows(rows, format_, ("source", "external_id", "name", *ids, "person", "day", "value"))
    say(f"{counted(len(rows), 'record')}, {total(sum(each.value for each in behind_it))} in all", style="dim")


def explain(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Its external id.")],
    target: TargetArgument,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ASSIGNEE", help="For whom, written as for assign. Default: anybody.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="Of which source, where several have that id.")
    ] = None,
    organization: OrganizationOption = None,
) -> None:
    """Say whether a record counts for a target, and the first rule that fails if not."""
    with common.reading(organization) as scope:
        from paceline.org.models import Person
        from paceline.plan import behind, find

        found = find.target_named(scope, target)
        assignee = None if to is None else find.assignee(scope, to)
        told = behind.why(scope, found, record, common.now(), assignee, source)
        person = Person.objects.filter(org_id=scope.org_id, id=told.person_id).first()
        value = _values(scope, found, Format.TABLE)
    failing = told.first_failing
    for mark, rule in zip(_marks(told.rules), told.rules, strict=True):
        tell(f"{mark:<3} {rule.words}")
    if failing is None:
        tell(f"counted: {value(told.value)} on {told.day} for {person.name if person else told.owner}")
    elif person is None and told.owner is not None:
        tell(f"not counted: it fails '{failing.words}'; nobody is known as its owner, {told.owner!r}")
    else:
        tell(f"not counted: it fails '{failing.words}'")


def uncounted(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="Its key, such as revenue.")],
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="So many records. Default: 50 in a table, else all."),
    ] = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Say how many records a metric would count but cannot, and why, and list them."""
    names = ("source", "external_id", "name", "owner", "reason")
    with common.reading(organization) as scope:
        from paceline.facts import clock
        from paceline.facts import uncounted as held_out
        from paceline.plan import registry, rules

        definition, credited = rules.definition(registry.metric(scope, metric)), clock.rules(scope)
        reasons = held_out.counted(scope, definition, credited)
        count = sum(reasons.values())
        wanted = limit or (UNCOUNTED_MAX if format_ == Format.TABLE else count)
        rows: list[dict[str, Any]] = []
        after = 0
        while page := held_out.listed(scope, definition, credited, after, wanted - len(rows)):
            rows += [{name: getattr(each, name) for name in names} for each in page]
            after = page[-1].record_id
    for reason in sorted(reasons, key=lambda each: (-reasons[each], each)):
        say(f"{reason}: {counted(reasons[reason], 'record')} {REASONS[reason]}", style="yellow")
    if rows or format_ != Format.TABLE:
        print_rows(rows, format_, names)
    common.say_more(count, len(rows), "record")


# So many uncounted records fit on a screen; the counts by reason tell more than a longer list.
UNCOUNTED_MAX = 50
REASONS = {
    "no_day": "without the day that the metric needs",
    "no_owner": "with an owner nobody is known by",
    "no_rate": "without a rate for the currency on the day",
    "no_value": "without the value that the metric needs",
}


def _marks(rules: Sequence[Any]) -> Iterator[str]:
    """How each rule is told: what comes behind the first that fails is not asked any more."""
    is_asked = True
    for rule in rules:
        yield ("yes" if rule.holds else "NO") if is_asked else "\u2013"
        is_asked = is_asked and rule.holds


def _clocks(as_of: str | None, known_at: str | None, today: str | None) -> Any:
    day, moment, asked_on = common.day(as_of, "as-of"), common.moment(known_at, "known-at"), common.day(today, "today")
    return lambda clocks: clocks(day, moment, asked_on)


def _values(scope: Any, target: Any, format_: Format) -> Callable[[int | None], Any]:
    """How values of the target are printed: as they are for programs, in major units with separators for people."""
    return style_of(scope, target.metric).number if format_ == Format.TABLE else lambda number: number
