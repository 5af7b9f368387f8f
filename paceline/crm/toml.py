"""A TOML file read key by key: every fault is noted with its path, and the file is refused once."""

import tomllib
from collections.abc import Collection, Iterable

from paceline.crm.values import BadValue, check_characters, quoted
from paceline.errors import Fault, InvalidInput
from paceline.org.names import did_you_mean

# A mapping names some tens of columns and stages: a larger file is another kind of file.
MAPPING_BYTES_MAX = 1_000_000


class Table:
    """A table of a TOML file. What is asked of it counts as known; `done` refuses the rest."""

    def __init__(self, values: dict[str, object], path: str = "", faults: list[Fault] | None = None) -> None:
        self.values = values
        self.faults: list[Fault] = [] if faults is None else faults
        self._path = path
        self._known: set[str] = set()

    def where(self, key: str) -> str:
        """The path of a key of this table, as TOML writes it."""
        bare = key if key and all(each.isalnum() or each in "_-" for each in key) else f'"{key}"'
        return f"{self._path}.{bare}" if self._path else bare

    def fault(self, key: str, message: str) -> None:
        """Note a fault of a key's value."""
        self.faults.append(Fault(self.where(key), message))

    def text(self, key: str, *, blank: bool = False) -> str | None:
        """A text, None if it is not given."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, str) or not (blank or value.strip()):
            self.fault(key, "write a text in quotes")
            return None
        return self.fit(key, value)

    def fit(self, key: str, value: str) -> str | None:
        """The text, if it can be stored."""
        try:
            check_characters(value)
        except BadValue as bad:
            self.fault(key, str(bad))
            return None
        return value

    def one_of(self, key: str, choices: Collection[str]) -> str | None:
        """One of these texts, None if it is not given."""
        value = self.text(key)
        if value is None or value in choices:
            return value
        self.fault(key, f"{quoted(value)} is none of {', '.join(choices)}")
        return None

    def texts(self, key: str) -> list[str]:
        """A list of at least one text, numbers and flags being taken as they would stand in a file."""
        value = self._take(key)
        if isinstance(value, list) and value and all(isinstance(each, (str, int)) for each in value):
            return [plain(each) for each in value]
        self.fault(key, "write a list of texts")
        return []

    def table(self, key: str) -> "Table":
        """A table inside this one; an empty one if it is not given."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, f"write a table: [{self.where(key)}]")
        return Table(value if isinstance(value, dict) else {}, self.where(key), self.faults)

    def value(self, key: str) -> object:
        """A value of any type, None if it is not given."""
        return self._take(key)

    def unknown(self, known: Iterable[str], message: str) -> None:
        """Note the keys that are none of these."""
        known = list(known)
        for key in self.values:
            if key not in known:
                self.fault(key, f"{message} '{key}'{did_you_mean(key, known)}")

    def done(self) -> None:
        """Note the keys that nobody asked for. Raises InvalidInput if there is any fault, here or below."""
        self.asked()
        if self.faults:
            raise InvalidInput(self.faults)

    def asked(self) -> None:
        """Note the keys that nobody asked for."""
        self.unknown(sorted(self._known), "there is no setting")

    def _take(self, key: str) -> object:
        self._known.add(key)
        return self.values.get(key)


def plain(value: object) -> str:
    """A text, number or flag as a CSV file would hold it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_toml(data: bytes) -> Table:
    """The file's top level. Raises InvalidInput if it is not TOML."""
    if len(data) > MAPPING_BYTES_MAX:
        raise InvalidInput.at("mapping", f"a mapping file has at most {MAPPING_BYTES_MAX:,} bytes")
    try:
        return Table(tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise InvalidInput.at("mapping", "the mapping file is not UTF-8") from None
    except RecursionError:
        raise InvalidInput.at("mapping", "the mapping file is not TOML: it is nested too deep") from None
    except ValueError as error:
        raise InvalidInput.at("mapping", f"the mapping file is not TOML: {error}") from None
