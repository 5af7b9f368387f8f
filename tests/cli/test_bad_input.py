"""Bad input of every kind is refused in words with exit code 2, changes nothing, and never ends in a traceback."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.databases import Database

QUARTER = ("--period", "quarterly", "--start", "2025-01-01")
CREATE = ("target", "create", "--name", "T", "--metric", "revenue")
MADE = (*CREATE, "--value", "1", *QUARTER)
MONTH = (*CREATE, "--value", "1", "--period", "monthly", "--start")
NAMED = ("target", "create", "--metric", "revenue", "--value", "1", *QUARTER, "--name")
METRIC = ("metric", "create", "mine", "--name", "Mine")
SAM = ("--to", "person:Sam")
NO_AMOUNT = "is not an amount"
BASES = "calendar_days, past_shape or working_days"
PERIODS = "annual, custom, monthly, quarterly or weekly"
QUARTERLY = f"period: 'quaterly' is not {PERIODS}; did you mean quarterly?"
KINDS = "organization, department:NAME, team:NAME or person:EMAIL; did you mean department?"

# What is typed, and what is said of it: all of a line, or its beginning where it ends in dots.
REFUSED: list[tuple[tuple[str, ...], str]] = [
    # values
    ((*CREATE, *QUARTER, "--value", "1e5"), "value: '1e5' is not an amount..."),
    ((*CREATE, *QUARTER, "--value", "-5"), "value: give a value above zero"),
    ((*CREATE, *QUARTER, "--value", "0"), "value: give a value above zero"),
    ((*CREATE, *QUARTER, "--value", ""), "value: an amount is missing"),
    ((*CREATE, *QUARTER, "--value", "lots"), "value: 'lots' is not an amount..."),
    ((*CREATE, *QUARTER, "--value", "1.234"), "value: '1.234' has more than 2 decimals, with '.' before them"),
    ((*CREATE, *QUARTER, "--value", "1,5"), "value: '1,5' is not grouped by thousands; '.' stands before the decimals"),
    ((*CREATE, *QUARTER, "--value", "9" * 14), "value: '99999999999999' is too large: at most..."),
    (
        (*CREATE, *QUARTER, "--value", "9" * 100_000),
        "value: '9999999999...",
    ),
    ((*CREATE, *QUARTER, "--value", "NaN"), "value: 'NaN' is not an amount..."),
    ((*CREATE, *QUARTER, "--value", "١٢٣"), "value: '١٢٣' is not an amount"),
    (("assign", "Q1", *SAM, "--value", "-1"), "value: give a value of zero or more"),
    (("assign", "Q1", *SAM, "--value", "0x10"), "value: '0x10' is not an amount..."),
    (("target", "edit", "Q1", "--value", "0"), "value: give a value above zero"),
    # days and times
    (
        (*MONTH, "2017-02-30"),
        "start: '2017-02-30' is not a day such as...",
    ),
    (
        (*MONTH, "tomorrow"),
        "start: 'tomorrow' is not a day such as...",
    ),
    ((*MONTH, ""), "start: '' is not a day such as 2026-01-31"),
    (
        (*MONTH, "01/02/2025"),
        "start: '01/02/2025' is not a day such...",
    ),
    (
        (*MONTH, "0001-01-01"),
        "start_date: 0001-01-01 is not a day between...",
    ),
    (
        (*MONTH, "9999-12-31"),
        "start_date: 9999-12-31 is not a day between...",
    ),
    (
        (*MONTH, "2199-12-02"),
        "end_date: 2200-01-01 is not a day between...",
    ),
    (
        (*MADE, "--end", "2025-03-31"),
        "end_date: a quarterly period from 2025-01-01 ends before...",
    ),
    (
        (*CREATE, "--value", "1", "--period", "custom", "--start", "2025-01-01"),
        "end_date: a custom period needs an end date...",
    ),
    (
        (*CREATE, "--value", "1", "--period", "custom", "--start", "2025-01-01", "--end", "2024-01-01"),
        "end_date: 2024-01-01 is not after 2025-01-01; the end is exclusive",
    ),
    (
        (*CREATE, "--value", "1", "--period", "daily", "--start", "2025-01-01"),
        "period: 'daily' is not annual,...",
    ),
    (("progress", "Q1", "--as-of", "2025-02-16"), "as_of: 2025-02-16 is after today, 2025-02-15"),
    (("progress", "Q1", "--as-of", "31.01.2025"), "as-of: '31.01.2025' is not a day such as 2026-01-31"),
    (("progress", "Q1", "--today", "2025-02-16"), "today: 2025-02-16 has not come yet"),
    (("progress", "Q1", "--known-at", "2025-02-01"), "known-at: '2025-02-01' is not a time with its zone such as..."),
    (
        ("progress", "Q1", "--known-at", "2025-02-01T12:00"),
        "known-at: '2025-02-01T12:00' is not a time...",
    ),
    (("progress", "Q1", "--known-at", "9999-12-31T23:59:59Z"), "known_at: 9999-12-31 23:59:59+00:00 is in the future"),
    (("progress", "Q1", "--known-at", "0001-01-01T00:00:00+14:00"), "known_at: 0001-01-01 00:00:00+14:00 is before..."),
    (("progress", "Q1", "--start", "2025-03-01", "--end", "2025-02-01"), "end: 2025-02-01 is not after 2025-03-01..."),
    (
        ("assign", "Q1", *SAM, "--value", "1", "--start", "2024-12-31"),
        "start_date: the window is not inside...",
    ),
    (
        ("assign", "Q1", *SAM, "--value", "1", "--end", "2025-04-02"),
        "start_date: the window is not inside...",
    ),
    (("assign", "Q1", *SAM, "--value", "1", "--end", "2025-01-01"), "end_date: 2025-01-01 is not after 2025-01-01..."),
    (
        ("person", "move", "Sam", "--department", "Sales", "--from", "1899-12-31"),
        "from_day: 1899-12-31 is not...",
    ),
    (("person", "move", "Sam", "--department", "Sales", "--from", "2025-13-01"), "from: '2025-13-01' is not a day..."),
    (("person", "end", "Sam", "--last-day", "never"), "last-day: 'never' is not a day such as 2026-01-31"),
    (("unit", "place", "Field", "--under", "Sales", "--from", "soon"), "from: 'soon' is not a day such as 2026-01-31"),
    # names
    ((*NAMED, " "), "name: give a name"),
    (
        (*NAMED, "x" * 121),
        "name: is longer than 120 characters",
    ),
    (
        (*NAMED, "a\nb"),
        "name: holds a control...",
    ),
    (
        (*NAMED, "\udcff"),
        "name: holds a control...",
    ),
    ((*MADE, "--description", "\0"), "description: holds a control character"),
    ((*MADE, "--description", "\udc80"), "description: holds a control character"),
    ((*MADE, "--reason", "x" * 1001), "reason: is longer than 1000 characters"),
    (
        ("target", "create", "--name", "T", "--metric", "revenu", "--value", "1", *QUARTER),
        "there is no metric 'revenu'; did you mean revenue?",
    ),
    (("target", "create", "--name", "T", "--metric", "\0", "--value", "1", *QUARTER), "there is no metric '\\x00'..."),
    ((*MADE, "--pace-by", "moon"), "pace_by: 'moon' is not calendar_days, past_shape or working_days"),
    ((*MADE, "--status", "done"), "status: 'done' is not active, archived or draft"),
    ((*CREATE, "--value", "1", "--start", "2025-01-01", "--period", "quaterly"), QUARTERLY),
    (
        (*MADE, "--status", "archive"),
        "status: 'archive' is not active, archived or draft; did you mean archived or active?",
    ),
    ((*MADE, "--pace-by", "working days"), f"pace_by: 'working days' is not {BASES}; did you mean working_days?"),
    (("organization", "set", "curency=EUR"), "curency=EUR: write name=value, the name one of name, slug,..."),
    (("assign", "Q1", "--to", "departement:Field", "--value", "1"), f"to: 'departement:Field' is not {KINDS}"),
    (("progress", "Q2"), "there is no target 'Q2'..."),
    (("progress", "99"), "there is no such target"),
    (("progress", "9" * 30), "there is no target '999999999999999999999999999999'"),
    (("progress", "\udcff"), "there is no target '\\udcff'"),
    (("records", "Q1", "--to", "person:Olga"), "there is no person 'Olga'"),
    (("records", "Q1", "--to", "team:Hunter"), "there is no team 'Hunter'; did you mean Hunters?"),
    (("records", "Q1", "--to", "person:Eve"), "this assignee has no assignment for 2025-01-01 to 2025-03-31 of 'Q1'"),
    (
        ("assign", "Q1", "--to", "Sam", "--value", "1"),
        "to: 'Sam' is not organization, department:NAME,...",
    ),
    (("assign", "Q1", "--to", "", "--value", "1"), "to: '' is not organization, department:NAME,..."),
    (("assign", "Q1", "--to", "person:", "--value", "1"), "to: 'person:' is not organization, department:NAME,..."),
    (("assign", "Q1", "--to", "planet:Mars", "--value", "1"), "to: 'planet:Mars' is not organization,..."),
    (("assign", "Q1", "--to", "department:\0", "--value", "1"), "there is no department '\\x00'"),
    (("unassign", "Q1", "--to", "person:Eve"), "this assignee has no assignment for 2025-01-01 to 2025-03-31 of 'Q1'"),
    (("explain", "D9", "Q1"), "there is no record 'D9' in deals"),
    (("explain", "\udcff", "Q1"), "there is no record..."),
    (("explain", "D1", "Q1", "--source", "salesforce"), "there is no record 'D1' in deals"),
    (("uncounted", "Q1"), "there is no metric 'Q1'..."),
    (("person", "move", "Nora", "--department", "Sales", "--from", "2025-01-01"), "there is no person 'Nora'"),
    (
        ("person", "move", "Sam", "--department", "Sale", "--from", "2025-01-01"),
        "there is no department 'Sale';...",
    ),
    (("person", "move", "Sam", "--from", "2025-01-01"), "person move: say where to: --department, --join or --leave"),
    # circles
    (
        ("unit", "place", "Sales", "--under", "Field", "--from", "2025-01-01"),
        "parent: Sales cannot be under Field from...",
    ),
    (("unit", "place", "Sales", "--under", "Sales", "--from", "2025-01-01"), "parent: Sales cannot be under itself"),
    (("unit", "hang", "Hunters", "--under", "Hunters"), "there is no department 'Hunters'"),
    # metrics
    ((*METRIC, "--direction", "up", "--definition", "{flow}"), "direction: 'up' is not higher or lower"),
    ((*METRIC, "--indicator", "", "--definition", "{flow}"), "indicator: '' is not lagging or leading"),
    (("metric", "create", "Mine!", "--name", "Mine", "--definition", "{flow}"), "key: 'Mine!' is not a key such as..."),
    (
        ("metric", "create", "revenue", "--name", "Mine", "--definition", "{flow}"),
        "there is a metric 'revenue' already",
    ),
    ((*METRIC, "--definition", "{typo}"), "definition: there is no part 'conditon'; did you mean condition?"),
    ((*METRIC, "--definition", "{list}"), "{list}: is not a JSON object"),
    ((*METRIC, "--definition", "{deep}"), "{deep}: is not JSON: it is too deep"),
    ((*METRIC, "--definition", "{digits}"), "{digits}: is not JSON: Exceeds the limit..."),
    ((*METRIC, "--definition", "{empty}"), "{empty}: is not JSON: Expecting value: line 1 column 1 (char 0)"),
    ((*METRIC, "--definition", "{binary}"), "{binary}: is not UTF-8"),
    ((*METRIC, "--definition", "{half}"), "definition: holds half of a character"),
    ((*METRIC, "--definition", "{missing}"), "{missing}: cannot be read: No such file or directory"),
    ((*METRIC, "--definition", "{folder}"), "{folder}: cannot be read: Is a directory"),
    ((*METRIC, "--definition", "\0"), "\0: cannot be read..."),
    ((*METRIC, "--definition", "x" * 5000), "xxx..."),
    ((*METRIC, "--definition", "-"), "definition: is not JSON: Expecting value: line 1 column 1 (char 0)"),
    (
        ("metric", "edit", "revenue", "--name", "Ours"),
        "revenue is built in: make a metric of your own...",
    ),
    (("metric", "retire", "revenue"), "revenue is built in: make a metric of your own..."),
    (("metric", "show", "revenu"), "there is no metric 'revenu'; did you mean revenue?"),
    # filters
    ((*MADE, "--filter", "region=East"), "filter: is not JSON: Expecting value: line 1 column 1 (char 0)"),
    ((*MADE, "--filter", "[]"), "filter: is not a JSON object"),
    ((*MADE, "--filter", "7"), "filter: is not a JSON object"),
    (
        (*MADE, "--filter", '{"field": "colour", "op": "is_set"}'),
        "filter.field: deals have no field 'colour'...",
    ),
    ((*MADE, "--filter", '{"field": "region"}'), "filter: a comparison has 'field', 'op' and 'value'"),
    (
        (*MADE, "--filter", '{"field": "amount", "op": "equals", "value": 1.5}'),
        "filter.value: amount compares with...",
    ),
    (
        (*MADE, "--filter", '{"field": "amount", "op": "equals", "value": NaN}'),
        "filter.value: amount compares with...",
    ),
    (
        (*MADE, "--filter", '{"field": "amount", "op": "equals", "value": 1e999}'),
        "filter.value: amount compares with...",
    ),
    (
        (*MADE, "--filter", '{"field": "region", "op": "equals", "value": "\\ud800"}'),
        "filter: holds half...",
    ),
    ((*MADE, "--filter", '{"all": ' * 60_000), "filter: is not JSON: it is too deep"),
    # settings
    (("organization", "set", "colour=red"), "colour=red: write name=value, the name one of name, slug,..."),
    (("organization", "set", "name"), "name: write name=value, the name one of name, slug,..."),
    (("organization", "set", "time_zone=Europe/Berln"), "time_zone: 'Europe/Berln' is not a time zone such as..."),
    (("organization", "set", "currency=EURO"), "currency: 'EURO' is not an ISO 4217 currency such as EUR..."),
    (("organization", "set", "working_weekdays=Mon"), "working_weekdays: 'Mon' is not a list such as 0,1,2,3,4,..."),
    (("organization", "set", "working_weekdays="), "working_weekdays: '' is not a list such as 0,1,2,3,4,..."),
    (("organization", "set", "working_weekdays=7"), "working_weekdays: 7 is not a weekday (0 to 6)"),
    (
        ("organization", "set", "on_pace_percent=ten"),
        "on_pace_percent: 'ten' is not a whole number: give one such as 10",
    ),
    (("organization", "set", "on_pace_percent=-1"), "on_pace_percent: '-1' is not a whole number: give one such as 10"),
    (("organization", "set", f"on_pace_percent={'9' * 5000}"), "on_pace_percent: '999..."),
    (("organization", "set", "holiday_country=XX"), "holiday_country: no holidays are known for 'XX'"),
    (("organization", "set", "credit_owner=both"), "credit_owner: 'both' is not at_close or current"),
    (("organization", "create", "--name", ""), "name: give a name..."),
    (("organization", "create", "--name", "Acme"), "slug: 'acme' is another organization's"),
    (("organization", "create", "--name", "\udcff"), "name: holds a control character..."),
    (("organization", "create", "--name", "日本"), "slug: give 1 to 50 small letters, digits and hyphens"),
    (("target", "list", "--organization", "globex"), "there is no organization 'globex'"),
    # rates
    (("rate", "set", "DOLLAR", "2025-01-01", "1"), "currency: 'DOLLAR' is not an ISO 4217 currency..."),
    (("rate", "set", "EUR", "2025-01-01", "1"), "currency: EUR is the reporting currency, which needs no rate"),
    (("rate", "set", "USD", "2025-02-30", "1"), "day: '2025-02-30' is not a day such as 2026-01-31"),
    (("rate", "set", "USD", "2025-01-01", "one"), "rate: 'one' is not a number such as 1.0845"),
    (("rate", "set", "USD", "2025-01-01", "0"), "rate: 0 is not a rate above 0 and up to 1000000000"),
    (("rate", "set", "USD", "2025-01-01", "NaN"), "rate: NaN is not a rate above 0 and up to 1000000000"),
    (("rate", "set", "USD", "2025-01-01", "1e400000"), "rate: 1E+400000 is not a rate above 0 and up to 1000000000"),
    (("rate", "set", "USD", "2025-01-01", "9" * 9999), "rate: '999..."),
    (("rate", "set", "USD", "2025-01-01", "none"), "there is no rate for USD from 2025-01-01"),
    # files to import
    (("import", "deals", "{missing}"), "{missing}: cannot be read: No such file or directory"),
    (("import", "people", "{folder}"), "{folder}: cannot be read: Is a directory"),
    (("import", "deals", "{empty}"), "{nothing}..."),
    (("import", "people", "{empty}"), "{nothing}..."),
    (("import", "deals", "{deals}", "--mapping", "{missing}"), "{missing}: cannot be read: No such file or directory"),
    (("import", "deals", "{deals}", "--mapping", "{binary}"), "mapping: the mapping file is not UTF-8"),
    (("import", "deals", "{deals}", "--mapping", "{deals}"), "mapping: the mapping file is not TOML:..."),
    (
        ("import", "deals", "{deals}", "--reject", "{deals}"),
        "reject: {deals} is the file that is imported...",
    ),
    (("import", "deals", "{deals}", "--reject", "{folder}"), "{folder}: cannot be written: Is a directory"),
    (("import", "people", "{people}", "--reject", "{missing}/x"), "{missing}/x: cannot be written: No such file or..."),
    (("import", "deals", "{deals}", "--reject", "x" * 5000), "xxx..."),
    (("import", "deals", "{deals}", "--source", "x" * 201), "source: is longer than 200 characters"),
    (("import", "deals", "{deals}", "--source", "\udcff"), "source: holds a control character"),
    (("import", "people", "{people}", "--source", "\0"), "source: holds a control character"),
]


@pytest.fixture
def files(tmp_path: Path, acme: Terminal) -> dict[str, str]:
    """Files of every bad kind, by name; `people` and `deals` are good ones."""
    flow = {"module": "deals", "unit": "count", "kind": "flow", "dated_by": "closed"}
    is_half = {"field": "region", "op": "equals", "value": "\ud800"}
    contents: dict[str, bytes] = {
        "flow": json.dumps(flow).encode(),
        "typo": json.dumps({**flow, "conditon": None}).encode(),
        "half": json.dumps({**flow, "condition": is_half}).encode(),
        "list": b"[1, 2]",
        "deep": b"[" * 100_000,
        "digits": b"9" * 5_000,
        "empty": b"",
        "binary": bytes(range(256)),
    }
    found = {"folder": str(tmp_path), "missing": str(tmp_path / "missing"), "nothing": ""}
    for name, data in contents.items():
        path = tmp_path / f"{name}.file"
        path.write_bytes(data)
        found[name] = str(path)
    return {**found, "people": str(tmp_path / "people.csv"), "deals": str(tmp_path / "deals.csv")}


def filled(text: str, files: dict[str, str]) -> str:
    for name, path in files.items():
        text = text.replace(f"{{{name}}}", path)
    return text


def test_there_are_many_kinds() -> None:
    assert len({message for _, message in REFUSED}) > 40


def test_bad_input_is_refused_in_words(acme: Terminal, files: dict[str, str], committed: Database) -> None:
    before = fingerprint(committed)
    wrong: dict[str, str] = {}
    for arguments, expected in REFUSED:
        given = [filled(each, files) for each in arguments]
        message = filled(expected, files)
        ran = acme.run(*given)
        said = ran.err.splitlines()[0] if ran.err else ""
        fits = said.startswith(message[:-3]) if message.endswith("...") else said == message
        if (ran.code, ran.out, fits) != (2, "", True):
            wrong[" ".join(each[:60] for each in given)] = f"{ran.code} {ran.out[:80]} {ran.err[:300]}"
    assert wrong == {}
    assert fingerprint(committed) == before


def fingerprint(committed: Database) -> list[tuple[str, str]]:
    """Every table's rows, as a digest."""
    found: list[tuple[str, str]] = []
    with committed.connect(autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (table,) in tables:
            query = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t'  # noqa: S608
            row = connection.execute(query.encode()).fetchone()
            found.append((table, str(row)))
    return found


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_a_file_that_may_not_be_read(acme: Terminal, files: dict[str, str]) -> None:
    Path(files["deals"]).chmod(0)
    assert acme.refused("import", "deals", files["deals"]) == f"{files['deals']}: cannot be read: Permission denied"


def test_a_refused_import_leaves_an_earlier_reject_file_alone(
    acme: Terminal, files: dict[str, str], tmp_path: Path
) -> None:
    rejected = tmp_path / "rejected.csv"
    rejected.write_text("of yesterday", encoding="utf-8")
    acme.refused("import", "deals", files["binary"], "--reject", rejected)
    acme.refused("import", "deals", files["deals"], "--mapping", files["deals"], "--reject", rejected)
    assert rejected.read_text(encoding="utf-8") == "of yesterday"


NASTY = (
    "",
    " ",
    "\0",
    "\udcff",
    "\ud800",
    "\n",
    "-",
    "--",
    "-1",
    "9" * 5_000,
    "1e309",
    "NaN",
    "None",
    "null",
    "2017-02-30",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "2025-01-01T00:00:00+23:59",
    "'; DROP TABLE deal; --",
    "%s %(x)s {0}",
    "[bold]x[/y]",
    "🙂" * 300,
    "../../etc/passwd",
    "/dev/null",
    '{"all": [{"field": "custom.\\u0000", "op": "is_set"}]}',
    '{"field": "custom.' + "x" * 300 + '", "op": "is_set"}',
    '{"field": ["x"], "op": {"a": 1}, "value": {}}',
    '{"field": "amount", "op": "equals", "value": 99999999999999999999999}',
    '{"any": {"all": []}}',
)


# Of these, so many are tried in each place; HYPOTHESIS_PROFILE=deep tries them all.
NASTY_EACH = 3
GOOD = {
    "--name": "T",
    "--metric": "revenue",
    "--value": "1",
    "--period": "custom",
    "--start": "2025-01-01",
    "--end": "2025-02-01",
    "--filter": "{}",
    "--description": "",
    "--pace-by": "calendar_days",
    "--status": "draft",
    "--reason": "",
}
# Commands with one place, marked by a dot, for anything.
SLOTS = """
target edit Q1 --name .
target edit Q1 --value .
target edit Q1 --description .
target edit Q1 --status .
target edit . --name Q1
target list --organization .
assign Q1 --to . --value 1
assign Q1 --to department:. --value 1
assign Q1 --to person:Eve --value .
assign Q1 --to person:Eve --value 1 --start .
assign Q1 --to person:Eve --value 1 --end .
assign Q1 --to person:Eve --value 1 --reason .
unassign Q1 --to person:.
progress .
progress Q1 --as-of .
progress Q1 --known-at .
progress Q1 --today .
progress Q1 --start .
series Q1 --end .
records Q1 --to .
records Q1 --known-at .
explain . Q1
explain D1 .
explain D1 Q1 --source .
explain D1 Q1 --to team:.
uncounted .
metric show .
metric retire .
metric create . --name x
metric create k --name x --definition .
metric create k --name x --description .
metric edit . --name x
person move . --department Sales --from 2025-01-01
person move Sam --department . --from 2025-01-01
person move Sam --join . --from 2025-01-01
person move Sam --leave . --from 2025-01-01
person move Sam --leave Hunters --from .
person end Sam --last-day .
unit place . --under Sales --from 2025-01-01
unit place Field --under . --from 2025-01-01
unit hang Hunters --under .
rate set . 2025-01-01 1
rate set USD . 1
rate set USD 2025-01-01 .
organization set name=.
organization set time_zone=.
organization set currency=.
organization set week_first_day=.
organization set working_weekdays=.
organization set holiday_country=.
organization set holiday_subdivision=.
organization set .
import deals .
import people . --source .
organization set slug=.
organization create --name .
organization create --name x --slug .
"""


def slots() -> Iterator[list[str]]:
    for name in GOOD:
        words = [word for each, value in GOOD.items() for word in (each, "." if each == name else value)]
        yield ["target", "create", *words]
    for line in str(SLOTS).split("\n")[1:-1]:
        yield line.split()


def put(slot: list[str], nasty: str) -> list[str]:
    return [word.removesuffix(".") + nasty if word.endswith(".") else word for word in slot]


def test_nothing_that_is_typed_ends_in_a_traceback(acme: Terminal) -> None:
    """An exception that escapes a command fails this test by itself."""
    strange: dict[str, int] = {}
    chance = random.Random(len(NASTY))
    for slot in slots():
        for nasty in NASTY if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else chance.sample(NASTY, NASTY_EACH):
            ran = acme.run(*put(slot, nasty))
            if ran.code not in {0, 1, 2}:
                strange[f"{' '.join(slot)} {nasty[:40]!r}"] = ran.code
    assert strange == {}
    from paceline import edge
    from paceline.org.models import Organization

    with edge.unscoped():
        slugs = list(Organization.objects.values_list("slug", flat=True))
    for slug in slugs:
        assert acme("verify", "--organization", slug).out == ""
