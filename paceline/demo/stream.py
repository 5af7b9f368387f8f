"""A gentle stream of changes: one at a time, believable, and never so many a day that the figures run away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from paceline.demo import words
from paceline.demo.scene import Scene
from paceline.demo.teams import Profile
from paceline.domain.access import Permission
from paceline.domain.money import format_money
from paceline.domain.record import Module
from paceline.facts.breakdown import Counted
from paceline.facts.scope import Scope
from paceline.org.actions.verb import writing
from paceline.org.models import Person
from paceline.org.places import currency_exponent

# A change that finds nothing to change gives way to another one so often.
_ATTEMPTS_MAX = 12
_YEAR_DAYS = 365
_RECENT_DAYS = 21
_CENT = 100
# What a deal is worth stays between these parts of a usual one, in per cent.
_AMOUNT_PERCENT_MIN, _AMOUNT_PERCENT_MAX = 25, 350
# A pipeline that is fuller than this share of a usual one loses deals, and an emptier one gets new ones.
_FULL_PERCENT = 115

# What it did, in words; None where there was nothing to do it to.
Told = str | None


@dataclass(frozen=True, slots=True)
class _Change:
    """A kind of change: how often it comes, and what is done instead on a day that has had enough of it."""

    weight: int
    do: Callable[[Scene], Told]
    metric: str = ""
    a_day_max: int = 0
    undo: Callable[[Scene], Told] = lambda _scene: None

    def happen(self, scene: Scene) -> Told:
        enough = self.metric and scene.gained_today(self.metric) >= self.a_day_max
        return self.undo(scene) if enough else self.do(scene)


def next_change(rng: Random, scope: Scope, now: datetime) -> str:
    """Make one change of a record at a time, in the scope's transaction; what it was, in words.

    The same organization, the same time and the same state of `rng` give the same change. Only records of the sample
    are changed. Empty where nobody is there to change anything.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        scene = Scene(rng, scope, now)
        for _ in range(_ATTEMPTS_MAX if scene.sellers else 0):
            (change,) = rng.choices(_CHANGES, [each.weight for each in _CHANGES])
            told = change.happen(scene)
            if told:
                return told
    return ""


def _drawn(scene: Scene, weight: Callable[[Profile], int]) -> tuple[Person, Profile] | None:
    weights = [weight(profile) for _, profile in scene.sellers]
    return scene.chance.choices(scene.sellers, weights)[0] if any(weights) else None


def _complete_task(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.tasks)
    if found is None:
        return None
    person, profile = found
    kind = words.task_type(scene.chance, profile.call_percent, profile.meeting_percent)
    name = words.task(scene.chance, kind)
    fields = {"name": name, "owner": person.email, "status": "completed", "type": kind}
    created = scene.now - timedelta(minutes=scene.chance.randint(5, 50))
    scene.write(Module.TASKS, scene.new_id("T"), created=created, completed=scene.now, **fields)
    return f"{person.name}: {name}, done"


def _drop_task(scene: Scene) -> Told:
    return _drop(scene, Module.TASKS, "tasks_completed", lambda profile: profile.tasks)


def _new_lead(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.leads)
    if found is None:
        return None
    person, profile = found
    name, source = words.customer(scene.chance)[0], words.lead_source(scene.chance)
    fields = {"name": name, "owner": person.email, "status": "open", "stage": "New", "lead_source": source}
    scene.write(Module.LEADS, scene.new_id("L"), created=scene.now, pipeline=profile.pipeline, **fields)
    return f"{person.name}: new lead {name}, from {source}"


def _drop_lead(scene: Scene) -> Told:
    return _drop(scene, Module.LEADS, "leads_generated", lambda profile: profile.leads)


def _drop(scene: Scene, module: Module, metric: str, weight: Callable[[Profile], int]) -> Told:
    """Delete a record of today: it was there twice."""
    found = _drawn(scene, weight)
    held = found and scene.records(metric, found[0], scene.last_days(1))
    if not found or not held:
        return None
    record = scene.chance.choice(held)
    scene.write(module, record.external_id, deleted=True)
    return f"{found[0].name}: {record.name} was there twice"


def _qualify_lead(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.leads)
    if found is None:
        return None
    days = scene.last_days(_RECENT_DAYS)
    qualified = {each.record_id for each in scene.records("leads_qualified", found[0], days)}
    held = [each for each in scene.records("leads_generated", found[0], days) if each.record_id not in qualified]
    if not held:
        return None
    record = scene.chance.choice(held)
    scene.write(Module.LEADS, record.external_id, status="qualified", stage="Qualified", qualified=scene.now)
    return f"{found[0].name}: {record.name} qualified"


def _doubt_lead(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.leads)
    held = found and scene.records("leads_qualified", found[0], scene.last_days(1))
    if not found or not held:
        return None
    record = scene.chance.choice(held)
    scene.write(Module.LEADS, record.external_id, status="open", stage="Contacted", qualified=None)
    return f"{found[0].name}: {record.name} is not qualified after all"


def _tend_pipeline(scene: Scene) -> Told:
    """A new deal, or a lost one where there are more than enough."""
    found = _drawn(scene, lambda profile: profile.closings)
    if found is None:
        return None
    person, profile = found
    held = _open_deals(scene, person)
    usual = profile.closings * profile.cycle_days * _FULL_PERCENT // (_YEAR_DAYS * 100)
    if len(held) <= usual:
        return _new_deal(scene, person, profile)
    record = scene.chance.choice(held)
    scene.write(Module.DEALS, record.external_id, status="lost", stage="Closed lost", closed=scene.now)
    return f"{person.name} lost {_shown(scene, record)}"


def _new_deal(scene: Scene, person: Person, profile: Profile) -> str:
    sold, (customer, industry) = words.product(scene.chance), words.customer(scene.chance)
    amount = words.amount(scene.chance, profile.amount, scene.chance.choice(words.SPREAD), sold)
    fields = {"name": f"{customer}, {sold}", "owner": person.email, "amount": amount, "product": sold}
    scene.write(
        Module.DEALS,
        scene.new_id("D"),
        **fields,
        created=scene.now,
        status="open",
        stage=words.STAGES[0],
        pipeline=profile.pipeline,
        expected_close=scene.today + timedelta(days=profile.cycle_days),
        custom={"industry": industry},
    )
    return f"{person.name}: new deal {fields['name']}, {_money(scene, amount)}"


def _win_deal(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.wins)
    held = found and _open_deals(scene, found[0])
    if not found or not held:
        return None
    # Nobody wins what was begun a minute ago.
    record = scene.chance.choice(held[: max(1, len(held) * 2 // 3)])
    scene.write(Module.DEALS, record.external_id, status="won", stage="Closed won", closed=scene.now)
    return f"{found[0].name} won {_shown(scene, record)}"


def _reopen_deal(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.wins)
    held = found and scene.records("revenue", found[0], scene.last_days(1))
    if not found or not held:
        return None
    record = scene.chance.choice(held)
    scene.write(Module.DEALS, record.external_id, status="open", stage=words.STAGES[-1], closed=None)
    return f"{found[0].name}: {_shown(scene, record)} is open again"


def _price_deal(scene: Scene) -> Told:
    found = _drawn(scene, lambda profile: profile.closings)
    held = found and _open_deals(scene, found[0])
    if not found or not held:
        return None
    record, usual = scene.chance.choice(held), found[1].amount * _CENT
    wanted = record.value * scene.chance.choice((82, 88, 93, 96, 104, 108, 114, 122)) // 100
    amount = min(max(wanted, usual * _AMOUNT_PERCENT_MIN // 100), usual * _AMOUNT_PERCENT_MAX // 100)
    # What is known of the deal is its value in the reporting currency, so that is what it is in from now on.
    currency = scene.organization.currency
    scene.write(Module.DEALS, record.external_id, amount=amount // 1_000 * 1_000, currency=currency)
    return f"{found[0].name}: {_shown(scene, record)} is now {_money(scene, amount // 1_000 * 1_000)}"


def _open_deals(scene: Scene, person: Person) -> list[Counted]:
    return scene.records("pipeline_value", person, scene.last_days(1))


def _shown(scene: Scene, record: Counted) -> str:
    return f"{record.name}, {_money(scene, record.value)}"


def _money(scene: Scene, amount: int) -> str:
    currency = scene.organization.currency
    return format_money(amount, currency, currency_exponent(currency))


_CHANGES = (
    _Change(44, _complete_task, "tasks_completed", 130, _drop_task),
    _Change(16, _new_lead, "leads_generated", 44, _drop_lead),
    _Change(10, _qualify_lead, "leads_qualified", 16, _doubt_lead),
    _Change(12, _win_deal, "deal_count", 12, _reopen_deal),
    _Change(1, _reopen_deal),
    _Change(9, _tend_pipeline),
    _Change(8, _price_deal),
)
