"""The records of the sample: always the same, nothing that has not happened yet, and figures one can believe."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.rows import check_row
from paceline.crm.values import Defaults
from paceline.demo import company, deals, leads, tasks
from paceline.demo.deals import Row
from paceline.demo.moment import MONTHS_BACK, Moment, today_at
from paceline.domain.calendar import add_months
from paceline.domain.record import Module
from tests.demo.days import DAYS, TODAY, noon

GENERATORS = {Module.DEALS: deals, Module.LEADS: leads, Module.TASKS: tasks}


def made(module: Module, moment: Moment) -> list[dict[str, object]]:
    rows: list[Row] = GENERATORS[module].rows(company.people(moment.today), moment)
    return [dict(zip(GENERATORS[module].FIELDS, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def sample() -> dict[Module, list[dict[str, object]]]:
    return {module: made(module, noon(TODAY)) for module in Module}


def test_the_same_day_makes_the_same_records(sample: dict[Module, list[dict[str, object]]]) -> None:
    assert {module: made(module, noon(TODAY)) for module in Module} == sample


def test_later_the_same_day_only_more_has_happened() -> None:
    ids = [[each["external_id"], each["name"], each["owner"]] for each in made(Module.DEALS, noon(TODAY, 9))]
    later = [[each["external_id"], each["name"], each["owner"]] for each in made(Module.DEALS, noon(TODAY, 17))]
    assert later[: len(ids)] == ids
    assert len(later) > len(ids)


def test_the_day_is_that_of_the_organization() -> None:
    assert today_at(datetime(2026, 8, 20, 3, 59, tzinfo=UTC)) == TODAY
    assert today_at(datetime(2026, 8, 20, 4, 0, tzinfo=UTC)) == TODAY + timedelta(days=1)


def test_how_many_there_are(sample: dict[Module, list[dict[str, object]]]) -> None:
    counts = {module.value: len(rows) for module, rows in sample.items()}
    assert 5_000 < counts["deals"] < 7_000
    assert 7_000 < counts["leads"] < 9_500
    assert 22_000 < counts["tasks"] < 30_000


def test_they_are_what_a_source_may_write(sample: dict[Module, list[dict[str, object]]]) -> None:
    defaults = Defaults(currency="USD", time_zone=ZoneInfo(company.TIME_ZONE))
    for module, rows in sample.items():
        for row in rows[::97]:
            assert check_row(module, row, defaults) == row
        assert len({row["external_id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("today", DAYS[:3])
def test_nothing_happens_in_the_future(today: date) -> None:
    moment = noon(today)
    for row in made(Module.DEALS, moment):
        created, closed, modified = row["created"], row["closed"], row["modified"]
        assert isinstance(created, datetime)
        assert isinstance(modified, datetime)
        assert created <= modified <= moment.now
        assert (closed is None) == (row["status"] == "open")
        if isinstance(closed, datetime):
            assert created < closed <= moment.now
            assert closed.date() >= add_months(today.replace(day=1), -MONTHS_BACK)


def test_the_rest_does_not_either(sample: dict[Module, list[dict[str, object]]]) -> None:
    for row in (*sample[Module.LEADS], *sample[Module.TASKS]):
        times = [row["created"], row.get("qualified"), row.get("completed"), row["modified"]]
        said = [each for each in times if isinstance(each, datetime)]
        assert min(said) == row["created"]
        assert max(said) <= noon(TODAY).now


def test_they_work_by_day_and_hardly_on_weekends(sample: dict[Module, list[dict[str, object]]]) -> None:
    done = [each for row in sample[Module.TASKS] if isinstance(each := row["completed"], datetime)]
    assert all(8 <= each.hour <= 18 and each.weekday() < 5 for each in done)
    closed = Counter(each.weekday() for row in sample[Module.DEALS] if isinstance(each := row["closed"], datetime))
    assert (closed[5] + closed[6]) * 20 < sum(closed.values())


def test_quarters_end_strongly(sample: dict[Module, list[dict[str, object]]]) -> None:
    """The last month of each whole quarter brings more than the one before it."""
    months: Counter[date] = Counter()
    for row in sample[Module.DEALS]:
        closed, amount = row["closed"], row["amount"]
        if row["status"] == "won" and isinstance(closed, datetime) and isinstance(amount, int):
            months[closed.date().replace(day=1)] += amount
    whole = [month for month in sorted(months) if month < TODAY.replace(day=1)]
    pairs = [(before, month) for before, month in pairwise(whole) if month.month % 3 == 0]
    assert sum(months[month] > months[before] for before, month in pairs) >= len(pairs) - 1


def test_what_makes_the_list_of_the_uncounted(sample: dict[Module, list[dict[str, object]]]) -> None:
    of_deals = sample[Module.DEALS]
    assert 3 <= sum(row["owner"] == deals.STRANGER for row in of_deals) <= 40
    assert 3 <= sum(row["amount"] is None for row in of_deals) <= 40
    assert all(row["status"] == "open" for row in of_deals if row["amount"] is None)
    currencies = Counter(row["currency"] for row in of_deals)
    assert currencies["USD"] > 10 * currencies[deals.RATED] > 10 * currencies[deals.UNRATED] > 0


def test_amounts_are_round_and_spread(sample: dict[Module, list[dict[str, object]]]) -> None:
    amounts = sorted(each for row in sample[Module.DEALS] if isinstance(each := row["amount"], int))
    assert all(each > 0 and each % 1_000 == 0 for each in amounts)
    median, mean = amounts[len(amounts) // 2], sum(amounts) // len(amounts)
    assert mean > median * 14 // 10


def test_who_left_closed_nothing_after(sample: dict[Module, list[dict[str, object]]]) -> None:
    left = TODAY - timedelta(days=47)
    own = [row for row in sample[Module.DEALS] if row["owner"] == company.email(company.LEAVER)]
    assert own
    assert all(isinstance(each := row["closed"], datetime) and each.date() <= left for row in own)
