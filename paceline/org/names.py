"""How names, e-mails and ids are compared, and which known name was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_DOT_ABOVE = "\u0307"
_SIGMA = {0x03C2: 0x03C3}


def folded(text: str) -> str:
    """The text as it is compared: without outer blanks and without case.

    Names that are the same to the database's lower(), whatever its locale, are the same here: so each letter
    is lowered by itself, and what locales lower differently, the Greek final sigma and the dotted I, is one.
    """
    text = text.strip()
    if text.isascii():
        return text.lower()
    return "".join(letter.lower()[0] for letter in text if letter != _DOT_ABOVE).translate(_SIGMA)


def findable(text: str) -> str:
    """The words as the database can be asked for them: what it can never hold is not found in it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd").strip()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A phrase with the known names closest to this one, or nothing: "; did you mean East or West?"."""
    by_key = {folded(each): each for each in known}
    close = get_close_matches(folded(name), list(by_key), n=3, cutoff=0.6)
    return f"; did you mean {listed([by_key[key] for key in close], 'or')}?" if close else ""


def listed(names: Iterable[str], word: str = "and") -> str:
    """The names as a phrase: "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
