"""Text that a spreadsheet program would take for a formula, and how it comes back as it was."""

import re

# What programs take for the beginning of a formula, also in full width, and what some of them read over before it.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_MARK = "'"


def is_formula(text: str) -> bool:
    """Whether a program might compute it."""
    return _FORMULA.match(text) is not None


def neutral(text: str) -> str:
    """The text with an apostrophe in front if a program might compute it, or if it has such a one itself."""
    return f"{_MARK}{text}" if is_formula(text.lstrip(_MARK)) else text


def original(text: str) -> str:
    """The text that `neutral` was given."""
    return text[1:] if text.startswith(_MARK) and is_formula(text.lstrip(_MARK)) else text
