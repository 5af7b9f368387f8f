"""The guide to importing: its mapping files are read as they stand, and it leaves nothing out."""

import re
from pathlib import Path

import pytest

from paceline.crm.layout import Layout
from paceline.crm.mapping import PEOPLE_FIELDS, CustomType, RecordMapping, read_mapping, read_people_mapping
from paceline.crm.times import Dates
from paceline.domain.record import FIELDS, FieldType, Module

GUIDE = (Path(__file__).parents[2] / "docs/guides/importing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml (\w+)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize(("kind", "text"), BLOCKS, ids=[kind for kind, _ in BLOCKS])
def test_mapping_files(kind: str, text: str) -> None:
    mapping = read_people_mapping(text.encode()) if kind == "people" else read_mapping(Module(kind), text.encode())
    assert mapping.columns


def test_every_kind_has_one() -> None:
    assert {kind for kind, _ in BLOCKS} == {"people", *Module}


def test_every_setting_and_field_is_there() -> None:
    fields = {each.name for module in Module for each in FIELDS[module] if each.type != FieldType.CUSTOM}
    assert {name for name in fields | {*PEOPLE_FIELDS} if f"`{name}`" not in GUIDE} == set()
    text = "\n".join(block for _, block in BLOCKS)
    settings = {*Layout.__slots__, *RecordMapping.__slots__} - {"module", "layout"}
    assert {name for name in settings if not re.search(rf"^(\[{name}\b|{name} =)", text, re.MULTILINE)} == set()
    assert {each for each in [*CustomType, *Dates] if each.value not in text} == set()
