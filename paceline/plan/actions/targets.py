"""Making, changing and archiving targets."""

from collections.abc import Mapping
from datetime import date

from django.db.models import ProtectedError

from paceline.domain import condition as conditions
from paceline.domain.access import Permission
from paceline.domain.calendar import DAY_MAX, DAY_MIN, Period, Window, window_of
from paceline.domain.pace import Basis
from paceline.errors import Conflict
from paceline.facts.scope import Scope
from paceline.org import audit
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import former, given, registry, rules
from paceline.plan.actions import metrics
from paceline.plan.find import target as find_target
from paceline.plan.models import (
    TARGET_NAME_CHARACTERS_MAX,
    Assignment,
    Target,
    TargetStatus,
)

_SHOWN = (
    "name",
    "description",
    "metric_id",
    "filter",
    "value",
    "period",
    "start_date",
    "end_date",
    "pace_by",
    "status",
)

# A window is looked at day by day: twenty years of days are still quick.
WINDOW_DAYS_MAX = 7_500
# A target's value is a sum of many amounts, and stays well inside a 64-bit integer.
VALUE_MAX = 10**17


def create_target(
    scope: Scope,
    *,
    name: str,
    metric: str,
    value: int,
    period: str,
    start_date: date,
    end_date: date | None = None,
    description: str = "",
    filter: Mapping[str, object] | None = None,
    pace_by: str = Basis.CALENDAR_DAYS.value,
    status: str = TargetStatus.ACTIVE.value,
    reason: str = "",
) -> Target:
    """Make a target; `value` in the metric's unit, `end_date` exclusive and only for a custom period.

    Raises InvalidInput with every fault, NotFound for the metric.
    """
    with writing(scope, Permission.CHANGE_TARGETS):
        chosen = registry.metric(scope, metric)
        checks = Checks()
        made = Target(org_id=scope.org_id, metric=chosen, period=period, start_date=start_date)
        _set(made, checks, name=name, description=description, value=value, pace_by=pace_by, status=status)
        window = check_window(checks, period, start_date, end_date)
        condition = given.filter_(checks, rules.definition(chosen).module, filter)
        trail = audit.Trail(scope, "create_target", checks.reason(reason))
        checks.done()
        if window is not None:
            made.end_date = window.end
        made.filter = conditions.write(condition) if conditions.rules(condition) else None
        made.measured_by = metrics.narrowed(scope, chosen, condition)
        made.save()
        trail.record("target", made.id, old=None, new=audit.values(made, *_SHOWN))
    return made


def add_copy(scope: Scope, made: Target, copied_from: int, reason: str) -> None:
    """Store a target that was made of another one. The lock is held. Raises NotAllowed."""
    scope.needs(Permission.CHANGE_TARGETS)
    made.save()
    new = {**audit.values(made, *_SHOWN), "copied_from": copied_from}
    audit.Trail(scope, "copy_target", reason).record("target", made.id, old=None, new=new)


def edit_target(
    scope: Scope,
    target_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    value: int | None = None,
    pace_by: str | None = None,
    status: str | None = None,
    reason: str = "",
) -> Target:
    """Change a target; what is not given stays.

    Its metric, window and filter stay as they are, because assignments rest on them: copy it for another one.
    Raises InvalidInput, NotFound.
    """
    with writing(scope, Permission.CHANGE_TARGETS):
        found = find_target(scope, target_id)
        old = audit.values(found, *_SHOWN)
        checks = Checks()
        _set(
            found,
            checks,
            name=found.name if name is None else name,
            description=found.description if description is None else description,
            value=found.value if value is None else value,
            pace_by=found.pace_by if pace_by is None else pace_by,
            status=found.status if status is None else status,
        )
        trail = audit.Trail(scope, "edit_target", checks.reason(reason))
        checks.done()
        _check_live(found)
        found.save()
        new = audit.values(found, *_SHOWN)
        trail.record("target", found.id, old=old, new=new)
        former.keep(scope, "target", found.id, old=old, new=new)
    return found


def delete_target(scope: Scope, target_id: int, *, reason: str = "") -> None:
    """Delete a target that was never assigned; one that was is archived instead. Raises NotFound, Conflict."""
    with writing(scope, Permission.CHANGE_TARGETS):
        found = find_target(scope, target_id)
        if Assignment.objects.filter(org_id=scope.org_id, target=found).exists():
            raise Conflict("the target has assignments, whose history stays: archive it instead")
        trail = audit.Trail(scope, "delete_target", Checks().reason(reason))
        trail.record("target", found.id, old=audit.values(found, *_SHOWN), new=None)
        try:
            found.delete()
        except ProtectedError:
            raise Conflict("leaderboards rank by the target: delete those first, or archive it") from None
        metrics.let_go(scope, found.measured_by)


def check_window(checks: Checks, period: str, start_date: date, end_date: date | None) -> Window | None:
    """The window that the period makes from its start, with what is wrong with it noted."""
    if period not in set(Period):
        checks.choice("period", period, Period)
        return None
    if not DAY_MIN <= start_date <= DAY_MAX:
        checks.day("start_date", start_date)
        return None
    try:
        window = window_of(Period(period), start_date, end_date)
    except ValueError as error:
        checks.fault("end_date", str(error))
        return None
    if not DAY_MIN <= window.end <= DAY_MAX or window.days > WINDOW_DAYS_MAX:
        checks.fault("end_date", f"a window has up to {WINDOW_DAYS_MAX} days and ends by {DAY_MAX}")
        return None
    return window


def check_value(checks: Checks, value: int, least: int) -> None:
    """A value in whole units, at least so much: what was typed may have been in other ones, so it is not repeated."""
    if value < least:
        checks.fault("value", "give a value above zero" if least else "give a value of zero or more")
    if value > VALUE_MAX:
        checks.fault("value", f"is larger than {VALUE_MAX:,}")


def _set(made: Target, checks: Checks, *, name: str, description: str, value: int, pace_by: str, status: str) -> None:
    made.name = checks.name("name", name, TARGET_NAME_CHARACTERS_MAX)
    made.description = given.description(checks, description)
    check_value(checks, value, 1)
    checks.choice("pace_by", pace_by, Basis)
    checks.choice("status", status, TargetStatus.values)
    made.value, made.pace_by, made.status = value, pace_by, status


def _check_live(made: Target) -> None:
    if made.metric.is_retired and made.status != TargetStatus.ARCHIVED.value:
        raise Conflict(f"the metric {made.metric.key!r} is retired, so the target stays archived")
