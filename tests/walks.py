"""The documentation's walks: shell blocks that are run as they stand, and the answers that the pages show of them.

As a program it writes these answers anew: python -m tests.walks
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paceline.postgres import process
from tests.commands import Command

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
START = "docs/start.md"
README = "README.md"

BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>[a-z0-9 ]+) -->\n)?^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
# What differs from one run to the next: when it was, and which day was today.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)|(?:(?<=today, )|(?<=today ))\d{4}-\d\d-\d\d")
# Between the answers of two blocks: nothing that is printed has it.
RECORD_SEPARATOR = "\x1e"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: what stands in the comment above it, its language and what it is, its text."""

    marker: str
    language: str
    kind: str
    text: str

    @property
    def expected_exit(self) -> int:
        """The one exit code of a walk's block that may not be 0."""
        return int(self.marker.rpartition(" exits ")[2]) if " exits " in self.marker else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a block printed, on both outputs, and the commands of it that failed, each with its exit code."""

    text: str
    failed: Sequence[tuple[int, str]]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [_block(found) for found in BLOCK.finditer(text)]


def _block(found: re.Match[str]) -> Block:
    language, _, kind = found["info"].partition(" ")
    return Block(found["marker"] or "", language, kind, found["text"])


def walk(name: str, marker: str = "walk") -> list[Block]:
    """The blocks of a page that are run, in order."""
    return [each for each in blocks(page(name)) if each.marker.startswith(marker)]


def shown(name: str) -> list[tuple[int, str]]:
    """The answers that a page shows: the place of the block in the walk, and the text."""
    found: list[tuple[int, str]] = []
    place = -1
    for each in blocks(page(name)):
        if each.marker.startswith("walk"):
            place += 1
        elif each.marker == "output":
            found.append((place, each.text))
    return found


def comparable(text: str) -> str:
    """An answer without what differs from run to run."""
    lines = [line.rstrip() for line in TIME.sub("(a time)", text).splitlines()]
    return "\n".join(line for line in lines if line)


@contextmanager
def fresh(parent: Path | None = None) -> Iterator[Path]:
    """A folder with an empty home beside something that looks like a checkout, and a server that is kept running."""
    folder = Path(tempfile.mkdtemp(prefix="walk", dir=parent))
    # The server of root runs as another account, which must pass through.
    folder.chmod(0o711)
    (folder / "home").mkdir()
    (folder / "checkout").mkdir()
    (folder / "checkout" / "tests").symlink_to(ROOT / "tests")
    (folder / "shared").symlink_to(SHARED)
    holder = Command(folder / "home")
    try:
        holder.answer()
        yield folder
    finally:
        holder.end()
        process.stop(folder / "home" / "postgres")
        shutil.rmtree(folder)


def run(walked: Sequence[Block], folder: Path) -> list[Answer]:
    """The answers of the blocks, run one after the other by one shell in the folder's checkout."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", _script(walked)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder / "checkout",
        env=_environment(folder),
    )
    told = done.stdout.split(RECORD_SEPARATOR)
    assert len(told) == 2 * len(walked) + 1, done.stdout
    return [
        Answer(text, [_failure(line) for line in failed.splitlines()])
        for text, failed in zip(told[::2], told[1::2], strict=False)
    ]


def check_exits(walked: Sequence[Block], answers: Sequence[Answer]) -> None:
    """Every command must succeed, but for the one of a block that says so."""
    for block, answer in zip(walked, answers, strict=True):
        codes = [code for code, _ in answer.failed]
        assert codes == ([block.expected_exit] if block.expected_exit else []), f"{answer.failed}\n{answer.text}"


def _script(walked: Sequence[Block]) -> str:
    lines = [
        "set -o pipefail",
        f'paceline() {{ "{sys.executable}" -m paceline "$@"; }}',
        # Each command that fails is noted, on a line of its own.
        r"""noted() { failed+="$1 ${2%%$'\n'*}"$'\n'; }""",
        """trap 'noted $? "$BASH_COMMAND"' ERR""",
    ]
    for each in walked:
        lines += ["failed=", each.text.rstrip("\n"), "printf '\\036%s\\036' \"$failed\""]
    return "\n".join(lines)


def _failure(line: str) -> tuple[int, str]:
    code, _, command = line.partition(" ")
    return int(code), command


def _environment(folder: Path) -> dict[str, str]:
    dropped = ("PACELINE_", "PG", "DATABASE_URL", "PYTHON")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "PACELINE_HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TERM": "dumb",
        # A terminal wide enough for every table.
        "COLUMNS": "200",
    }


def written(text: str, answers: Sequence[Answer]) -> str:
    """A page with these answers in place of those it shows."""
    place = -1

    def replaced(found: re.Match[str]) -> str:
        nonlocal place
        marker = found["marker"] or ""
        if marker.startswith("walk"):
            place += 1
        if marker != "output":
            return found[0]
        return f"<!-- output -->\n```{found['info']}\n{_tidy(answers[place].text)}```"

    return BLOCK.sub(replaced, text)


def _tidy(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())


def main() -> None:
    """Write the answers of both pages anew."""
    for name in (README, START):
        walked = walk(name)
        with fresh() as folder:
            answers = run(walked, folder)
        check_exits(walked, answers)
        (ROOT / name).write_text(written(page(name), answers), encoding="utf-8")


if __name__ == "__main__":
    main()
