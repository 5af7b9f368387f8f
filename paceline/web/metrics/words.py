"""A metric in words: what it counts, when, on which day, and for how much."""

from paceline.domain.condition import Comparison, Condition
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FieldType, Module, field
from paceline.web.conditions import WORDS
from paceline.web.formats import Figures

_CUSTOM = "custom."


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


def _comparison(module: Module, each: Comparison, money: Figures) -> str:
    values = each.value if isinstance(each.value, tuple) else () if each.value is None else (each.value,)
    standard = field(module, each.field)
    is_money = standard is not None and standard.type == FieldType.MONEY
    texts = [money.exact(value) if is_money and isinstance(value, int) else _plain(value) for value in values]
    return f"{field_words(each.field)} {WORDS[each.operator]} {' or '.join(texts)}".strip()


def _plain(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
