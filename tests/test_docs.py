"""The documentation is held true: commands are run or parsed, examples read, links followed, lists complete."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer

from paceline.cli import app
from paceline.crm.mapping import PEOPLE_FIELDS, read_mapping, read_people_mapping
from paceline.crm.parsing import read_records
from paceline.crm.people import read_people
from paceline.crm.toml import Table
from paceline.crm.values import Defaults
from paceline.domain import condition, metric
from paceline.domain.condition import Operator
from paceline.domain.metric import BUILT_IN
from paceline.domain.pace import Basis, Status
from paceline.domain.record import FIELDS, Field, FieldType, Module
from paceline.domain.rejection import Rejected
from tests.conftest import RUN_FOLDER
from tests.walks import (
    README,
    ROOT,
    SHARED,
    START,
    Answer,
    Block,
    blocks,
    check_exits,
    comparable,
    fresh,
    page,
    run,
    shown,
    walk,
)

REFERENCE = "docs/reference/commands.md"
IMPORTING = "docs/guides/importing.md"
PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DEFAULTS = Defaults("EUR", ZoneInfo("Europe/Lisbon"))
# Operators of the shell, between which each command stands.
BETWEEN_COMMANDS = {"|", "||", "&&", ";", ">", ">>", "<"}

# The walks


def check_walk(name: str, walked: Sequence[Block], answers: Sequence[Answer]) -> None:
    check_exits(walked, answers)
    for place, text in shown(name):
        assert comparable(answers[place].text) == comparable(text), "python -m tests.walks writes the answers anew"


@pytest.fixture
def newcomer() -> Iterator[Path]:
    """A folder as a newcomer's; the walks run on the PostgreSQL that comes along, once."""
    if "PACELINE_TEST_POSTGRES_BIN" in os.environ:
        pytest.skip("the walks run on the PostgreSQL that comes along")
    with fresh(Path(os.environ[RUN_FOLDER])) as folder:
        yield folder


# Some twenty commands, each a process of its own.
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the folder ../shared/data does not exist")
def test_walk_of_the_readme(newcomer: Path) -> None:
    walked = [*walk(README), *walk(README, "own export")]
    own_export(newcomer / "checkout")
    answers = run(walked, newcomer)
    check_walk(README, walked, answers)
    assert "created: 2" in answers[-1].text


def own_export(folder: Path) -> None:
    """What a reader's CRM may have given out."""
    files = {
        "people.csv": "Name,E-mail\nInes Okafor,ines@larkfield.example\n",
        "deals.csv": "Deal,Owner,Stage,Closed,Amount\n1,Ines Okafor,Won,2025-01-31,5\n2,Ines Okafor,New,,\n",
        "deals.toml": """[columns]
            external_id = "Deal"
            owner = "Owner"
            stage = "Stage"
            closed = "Closed"
            amount = "Amount"
            [stages]
            Won = "won"
            New = "open"
            """,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_walk_of_the_start(newcomer: Path) -> None:
    walked = walk(START)
    check_walk(START, walked, run(walked, newcomer))


# Commands


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with its words."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


def test_reference_of_commands_is_up_to_date(tmp_path: Path) -> None:
    made = tmp_path / "commands.md"
    # As `make docs` writes it.
    options = ["--name", "paceline", "--title", "Commands", "--output", str(made)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "typer", "paceline.cli", "utils", "docs", *options],
        check=True,
        capture_output=True,
        env=environment,
    )
    assert page(REFERENCE) == made.read_text(encoding="utf-8"), "make docs"


def test_every_command_and_option_is_in_the_reference() -> None:
    sections = dict(re.findall(r"^#+ `paceline ([^`]+)`\n(.*?)(?=^#|\Z)", page(REFERENCE), re.MULTILINE | re.DOTALL))
    assert set(sections) == {" ".join(path) for path in ALL}
    for path, command in ALL.items():
        for option in (word for parameter in command.params for word in parameter.opts if word.startswith("-")):
            assert option in sections[" ".join(path)]


@pytest.mark.parametrize("name", PAGES)
def test_commands_in_blocks_exist_and_take_what_they_are_given(name: str) -> None:
    for each in blocks(page(name)):
        if each.language == "sh":
            text = re.sub(r"<<'(\w+)'\n.*?^\1$", "", each.text, flags=re.DOTALL | re.MULTILINE)
            for line in text.replace("\\\n", " ").splitlines():
                for words in calls(line):
                    parse(words)


def calls(line: str) -> Iterator[list[str]]:
    """The words of each call of `paceline` in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = [*lexer, ";"]
    while "paceline" in words:
        words = words[words.index("paceline") + 1 :]
        end = next(place for place, word in enumerate(words) if word in BETWEEN_COMMANDS)
        yield words[:end]


def parse(words: list[str]) -> None:
    """Raises where there is no such command, or it does not take these words."""
    path: tuple[str, ...] = ()
    while not path or hasattr(ALL[path], "commands"):
        path, words = (*path, words[0]), words[1:]
    command = ALL[path]
    if words == ["--help"]:
        return
    with command.make_context(" ".join(path), words):
        pass


@pytest.mark.parametrize("name", PAGES)
def test_commands_in_the_text_exist(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", page(name), flags=re.MULTILINE | re.DOTALL)
    for said in re.findall(r"`paceline ([a-z][^`]*)`", text):
        words = [word for word in said.split() if re.fullmatch("[a-z]+", word)]
        assert (words[0],) in ALL
        group = ALL[words[0],]
        assert not hasattr(group, "commands") or len(words) == 1 or (words[0], words[1].partition("|")[0]) in ALL
        options = {word.partition("=")[0] for word in said.split() if word.startswith("--")}
        known = {option for command in ALL.values() for parameter in command.params for option in parameter.opts}
        assert options <= known


# Examples


def examples(language: str) -> list[tuple[str, str, str]]:
    """The page, kind and text of every block in a language."""
    return [(name, each.kind, each.text) for name in PAGES for each in blocks(page(name)) if each.language == language]


def mapping_of(kind: str, text: str) -> Any:
    return read_people_mapping(text.encode()) if kind == "people" else read_mapping(Module(kind), text.encode())


@pytest.mark.parametrize(("name", "kind", "text"), examples("toml"))
def test_mapping_files_are_read(name: str, kind: str, text: str) -> None:
    tomllib.loads(text)
    mapping_of(kind, text)


@pytest.mark.parametrize(("name", "kind", "text"), examples("json"))
def test_json_is_read(name: str, kind: str, text: str) -> None:
    given = json.loads(text)
    if kind == "metric":
        metric.read(given)
    elif kind.startswith("condition "):
        condition.read(Module(kind.removeprefix("condition ")), given)


def test_csv_files_are_read_by_the_mapping_before_them() -> None:
    count = 0
    mappings: dict[str, Any] = {}
    for each in blocks(page(IMPORTING)):
        if each.language == "toml":
            mappings[each.kind] = mapping_of(each.kind, each.text)
        elif each.language == "csv":
            file, made = BytesIO(each.text.encode()), mappings[each.kind]
            rows = list(read_people(file, made) if each.kind == "people" else read_records(file, made, DEFAULTS))
            assert rows
            assert [row for row in rows if isinstance(row, Rejected)] == []
            count += 1
    assert count


# Links


def anchors(text: str) -> set[str]:
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_relative_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", page(name), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_can_be_reached() -> None:
    linked = {README}
    for name in PAGES:
        for link in re.findall(r"\]\(([^)#\s]+)", page(name)):
            linked.add(os.path.normpath(Path(name).parent / link))
    assert [name for name in PAGES if name not in linked] == []


# Lists


def test_every_key_of_a_mapping_is_in_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    take = Table._take
    monkeypatch.setattr(Table, "_take", lambda table, key: asked.add(key) or take(table, key))
    inline = '{ column = "a", when = { column = "b", in = ["c"] } }'
    mapping_of("tasks", f'[columns]\nexternal_id = "a"\nowner = {inline}\n[custom]\nd = {{ column = "e" }}\n')
    mapping_of(
        "deals", f'[columns]\nexternal_id = "a"\nowner = {inline.replace("in = [", "equals = ").replace("]", "")}'
    )
    mapping_of("people", '[columns]\nname = "a"')
    asked -= {"external_id", "owner", "name", "d"}
    assert asked >= {"column", "when", "in", "equals", "values", "type", "stages_by_pipeline", "dates"}
    assert [key for key in sorted(asked) if not re.search(rf"`\[?{key}\b", page(IMPORTING))] == []


def rows(name: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its first two lines."""
    section = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", page(name), re.MULTILINE | re.DOTALL)
    assert section, heading
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def words(name: str, heading: str) -> list[str]:
    """What the first cells of the table under a heading name."""
    return [word for row in rows(name, heading) for word in re.findall(r"`([^`]+)`", row[0])]


def told(field: Field) -> list[str]:
    kind = field.type.value
    if field.choices:
        kind = f"choice: {', '.join(f'`{each}`' for each in field.choices)}"
    return [f"`{field.name}`", kind]


@pytest.mark.parametrize("module", Module)
def test_fields_are_those_of_the_records(module: Module) -> None:
    expected = [told(each) for each in FIELDS[module]]
    assert [row[:2] for row in rows("docs/reference/fields.md", module.value.capitalize())] == expected


def test_fields_of_people() -> None:
    assert words("docs/reference/fields.md", "People") == list(PEOPLE_FIELDS)


def test_types_of_fields() -> None:
    assert words("docs/reference/fields.md", "Types") == sorted(FieldType)


def test_built_in_metrics() -> None:
    assert words("docs/guides/metrics.md", "The eight that are built in") == [each.key for each in BUILT_IN]


def test_operators_of_conditions() -> None:
    assert sorted(words("docs/guides/metrics.md", "Operators")) == sorted(Operator)


def test_words_of_progress() -> None:
    from paceline.plan import shown as progress

    guide = "docs/guides/targets.md"
    assert sorted(words(guide, "Status")) == sorted(Status)
    assert sorted(words(guide, "Pace")) == sorted(Basis)
    assert words(guide, "What progress tells") == [each for each in progress.FLAT_FIELDS if "assignee_" not in each]
    told = page(guide)
    assert [each for each in (*progress.FLAT_FIELDS, *progress.COLUMNS) if f"`{each}`" not in told] == []


def test_settings_of_an_organization() -> None:
    from paceline.org.actions.organization import SETTINGS

    assert words("docs/guides/operating.md", "Settings of an organization") == list(SETTINGS)


def test_checks_of_the_doctor() -> None:
    source = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "paceline" / "doctor").glob("*.py"))
    checks = set(re.findall(r'Check\(\s*"([a-z_]+)"', source))
    assert set(words("docs/guides/operating.md", "Doctor")) == checks
