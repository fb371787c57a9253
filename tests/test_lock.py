"""The locks hold everything: what is installed is pinned, and the page's packages have hashes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def pins() -> dict[str, str]:
    """Versions by name, as far as they are meant for this Python."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    for one in wanted:
        assert [part.operator for part in one.specifier] == ["=="], f"{one} is no pin"
    return {
        canonicalize_name(one.name): next(iter(one.specifier)).version
        for one in wanted
        if one.marker is None or one.marker.evaluate()
    }


def needs(name: str, extras: frozenset[str] = frozenset()) -> Iterator[Requirement]:
    """What an installed distribution asks for here."""
    for text in metadata.requires(name) or ():
        need = Requirement(text)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            yield need


def test_every_python_package_that_is_taken_is_pinned() -> None:
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 cannot read TOML by itself")
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = ours["optional-dependencies"]
    waiting = [
        Requirement(text) for text in (*ours["dependencies"], *extras["dev"], *extras["int8"], *extras["pytorch"])
    ]
    waiting = [need for need in waiting if need.marker is None or need.marker.evaluate()]
    seen: set[tuple[str, frozenset[str]]] = set()
    locked = pins()
    while waiting:
        need = waiting.pop()
        name, wanted = canonicalize_name(need.name), frozenset(need.extras)
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        assert name in locked, f"{name} is taken and not pinned in constraints.txt"
        here = metadata.version(name).partition("+")[0]
        assert here == locked[name], f"{name} {here} is installed, {locked[name]} is pinned"
        waiting += needs(name, wanted | {""})
    assert len(seen) > 60


def test_every_package_of_the_page_is_pinned_with_a_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {"node_modules/three", "node_modules/socket.io-client", "node_modules/uplot"} <= packages.keys()
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
