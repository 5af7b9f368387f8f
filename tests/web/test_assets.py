"""What the pages get of others is what assets/ says: the versions of its lock, and files that nobody has changed."""

import gzip
import hashlib
import json
from typing import Any

from tests.scenarios.shell import REPOSITORY

ASSETS = REPOSITORY / "assets"
VENDOR = REPOSITORY / "paceline" / "web" / "static" / "vendor"


def read(name: str) -> dict[str, Any]:
    return json.loads((ASSETS / name).read_text())


def test_the_files_are_those_that_were_built() -> None:
    built = read("built.json")["files"]
    assert {path.name for path in VENDOR.iterdir() if path.suffix not in {".gz", ".txt"}} == set(built)
    for name, digest in built.items():
        content = (VENDOR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name
        assert gzip.decompress((VENDOR / f"{name}.gz").read_bytes()) == content, name


def test_they_were_built_of_the_versions_in_the_lock() -> None:
    locked = read("package-lock.json")["packages"]
    for name, version in read("built.json")["packages"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
