"""House rules that no tool knows: sizes, words, floats, and settings and errors that are not documented."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from tests.databases import Database

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
# Cut in two, so that this file is not found.
FORBIDDEN_WORDS = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "py" + "pi.org",
    "pythonho" + "sted",
    "npm" + "js",
]
LANGUAGES_OF_VALUES = ("paceline/domain", "paceline/facts")
SETTING = re.compile(r"\bPACELINE_[A-Z_]*[A-Z]\b|\bDATABASE_URL\b")


@cache
def files() -> list[Path]:
    """What is or would be in the repository."""
    # Git may be anywhere, and the clone may be another user's.
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    listed = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return sorted(path for path in paths if path.is_file())


def modules(*folders: str) -> list[Path]:
    inside = [ROOT / folder for folder in folders]
    return [path for path in files() if path.suffix == ".py" and any(path.is_relative_to(one) for one in inside)]


def own_modules() -> list[Path]:
    """The package's modules without the migrations, which Django writes."""
    return [path for path in modules("paceline") if path.parent.name != "migrations"]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def texts() -> Iterator[tuple[Path, str]]:
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_files_are_short() -> None:
    long = [path for path in own_modules() if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX]
    assert long == []


def test_functions_are_short() -> None:
    long = [
        named(path, node)
        for path in own_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert long == []


def test_modules_say_first_what_they_are_for() -> None:
    silent = [path for path in own_modules() if not (ast.get_docstring(tree(path)) or "").partition("\n")[0]]
    assert silent == []


def test_no_float_near_a_value() -> None:
    floats = [
        named(path, node)
        for path in modules(*LANGUAGES_OF_VALUES)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert floats == []


def test_the_rules_import_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names}
    foreign = [
        f"{named(path, node)} imports {name}"
        for path in modules("paceline/domain")
        for node, name in imports(tree(path))
        if name.partition(".")[0] not in allowed
        and not name.startswith("paceline.domain")
        and name != "paceline.errors"
    ]
    assert foreign == []


def imports(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


@pytest.mark.parametrize("word", FORBIDDEN_WORDS)
def test_no_word_that_is_true_on_one_machine_only(word: str) -> None:
    assert [path for path, text in texts() if word in text] == []


def test_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def documented(page: str) -> str:
    return (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    places = (ROOT / "Makefile", *modules("paceline", "tests"))
    read = {name for path in places for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    assert set(SETTING.findall(documented("settings.md"))) == read


def error_codes() -> Iterator[str]:
    """The text that a class gives to `code`, and what a status alone is called."""
    from paceline.api.problems import CODES

    yield from CODES.values()
    for path in own_modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield from (code for statement in node.body if (code := assigned_code(statement)))


def assigned_code(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
            return code
        case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
            return code
    return None


def test_every_error_is_documented() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", documented("errors.md"), re.MULTILINE)
    assert rows == sorted(rows)
    assert rows == sorted(set(error_codes()))


def test_every_change_of_a_model_has_its_migration(committed: Database) -> None:
    from django.core.management import call_command

    said = StringIO()
    call_command("makemigrations", dry_run=True, interactive=False, stdout=said)
    assert said.getvalue().strip() == "No changes detected"
