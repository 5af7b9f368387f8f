"""Reading an input whole: every fault of it is collected, and it is refused once."""

from collections.abc import Iterable
from datetime import date
from unicodedata import category

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from paceline.domain.calendar import DAY_MAX, DAY_MIN
from paceline.errors import Fault, InvalidInput
from paceline.org.columns import EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX, REASON_CHARACTERS_MAX
from paceline.org.names import did_you_mean, listed

# Neither can be stored or shown: control characters, and halves of a surrogate pair.
_UNFIT = {"Cc", "Cs"}


class Checks:
    """The faults found so far. Each check gives the value as it is to be stored."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(where, message))

    def done(self) -> None:
        """Refuse the input if it has any fault. Raises InvalidInput."""
        if self.faults:
            raise InvalidInput(self.faults)

    def name(self, where: str, value: str, characters_max: int = NAME_CHARACTERS_MAX) -> str:
        """A required name."""
        text = self._text(where, value, characters_max)
        if not text:
            self.fault(where, "give a name")
        return text

    def reason(self, value: str) -> str:
        """Why a change is made; it may be blank. Line breaks are welcome."""
        return self._text("reason", value, REASON_CHARACTERS_MAX, allowed="\n\r\t")

    def email(self, where: str, value: str | None) -> str | None:
        """An e-mail address; blank is none."""
        text = self._text(where, value or "", EMAIL_CHARACTERS_MAX)
        if not text:
            return None
        try:
            validate_email(text)
        except ValidationError:
            self.fault(where, f"{text!r} is not an e-mail address")
        return text

    def day(self, where: str, value: date) -> date:
        """A calendar day within reason."""
        if not DAY_MIN <= value <= DAY_MAX:
            self.fault(where, f"{value} is not a day between {DAY_MIN} and {DAY_MAX}")
        return value

    def one_of(self, where: str, value: int, first: int, last: int, what: str) -> None:
        """A whole number between two others, both included."""
        if not first <= value <= last:
            self.fault(where, f"{value} is not {what} ({first} to {last})")

    def choice(self, where: str, value: str, choices: Iterable[str]) -> None:
        """One of some words."""
        known = sorted(choices)
        if value not in known:
            self.fault(where, f"{value!r} is not {listed(known, 'or')}{did_you_mean(value, known)}")

    def _text(self, where: str, value: str, characters_max: int, allowed: str = "") -> str:
        text = value.strip()
        if len(text) > characters_max:
            self.fault(where, f"is longer than {characters_max} characters")
        if not text.isprintable() and any(category(each) in _UNFIT and each not in allowed for each in text):
            self.fault(where, "holds a control character")
        return text
