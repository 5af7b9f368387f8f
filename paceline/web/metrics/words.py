"""A metric in words: what it counts, when, on which day, and for how much."""

import re
from dataclasses import replace
from datetime import date

from paceline.domain import condition as conditions
from paceline.domain.condition import Comparison, Condition
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FieldType, Module, field
from paceline.facts.explain import Explanation, Rule
from paceline.web.conditions import WORDS
from paceline.web.formats import Figures
from paceline.web.page import Page

_CUSTOM = "custom."
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def field_words(name: str) -> str:
    """A field as a sentence says it."""
    return name.removeprefix(_CUSTOM) if name.startswith(_CUSTOM) else name.replace("_", " ")


def condition_words(module: Module, condition: Condition, money: Figures) -> str:
    """A condition as a sentence says it; blank where every record counts."""
    if isinstance(condition, Comparison):
        return _comparison(module, condition, money)
    parts = [condition_words(module, each, money) for each in condition.parts]
    return (" and " if condition.all_of else " or ").join(
        f"({words})" if not isinstance(each, Comparison) and len(each.parts) > 1 else words
        for each, words in zip(condition.parts, parts, strict=True)
    )


def sentence(definition: Definition, money: Figures) -> str:
    """The whole metric in one sentence."""
    module = definition.module
    when = condition_words(module, definition.condition, money)
    day = field_words(definition.dated_by)
    which = f"{module.value} where {when}" if when else f"all {module.value}"
    sums = definition.value_by is not None
    value = f"the {field_words(definition.value_by or '')} of " if sums else ""
    if definition.kind == Kind.FLOW:
        return f"{'Adds up' if sums else 'Counts'} {value}{which}, each on its {day} day."
    leaves = condition_words(module, definition.leaves_when, money)
    out = f"until its {field_words(definition.leaves_by or '')} day" + (f", once {leaves}" if leaves else "")
    return f"What stands of {value}{which}: each from its {day} day {out}."


def value_words(definition: Definition) -> str:
    """What each record adds."""
    if definition.value_by is None:
        return "one each"
    unit = "money" if definition.unit == Unit.MONEY else "a number"
    return f"its {field_words(definition.value_by)}, {unit}"


def rule_words(page: Page, definition: Definition, words: str) -> str:
    """A rule of an explanation as the reader writes amounts and days; `words` are those of the rule."""
    money = page.figures(is_money=True)
    parts = {each.words(): each for each in conditions.rules(definition.condition)}
    if words in parts:
        return condition_words(definition.module, parts[words], money) or words
    return _DAY.sub(lambda found: page.day(date.fromisoformat(found[0])), words)


def explained(page: Page, definition: Definition, told: Explanation) -> Explanation:
    """An explanation whose rules are in the reader's words."""
    return replace(told, rules=tuple(Rule(rule_words(page, definition, each.words), each.holds) for each in told.rules))


def _comparison(module: Module, each: Comparison, money: Figures) -> str:
    values = each.value if isinstance(each.value, tuple) else () if each.value is None else (each.value,)
    standard = field(module, each.field)
    is_money = standard is not None and standard.type == FieldType.MONEY
    texts = [money.exact(value) if is_money and isinstance(value, int) else _plain(value) for value in values]
    return f"{field_words(each.field)} {WORDS[each.operator]} {' or '.join(texts)}".strip()


def _plain(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
