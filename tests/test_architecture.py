"""The floors of the house: a file imports only from lower floors, and third parties only where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("engine.errors", "engine.skeleton", "engine.geometry", "engine.cores", "engine.children", "engine.redaction",
     "engine.rate", "engine.retry"),
    (
        "engine.types", "engine.filters", "engine.matching", "engine.slot", "engine.settings", "engine.files",
        "engine.locks",
    ),
    (
        "engine.capture", "engine.preprocess", "engine.decoding", "engine.lifting", "engine.tracking",
        "engine.extrinsics", "engine.models", "engine.overlay", "engine.video_writer", "engine.picture_writer",
        "engine.agreement", "engine.leveling",
        "engine.inference.*",
    ),
    ("engine.inference", "engine.wire"),
    ("engine.processor", "converters"),
    ("engine.loading",),
    ("engine.pipeline", "engine.offline"),
    ("engine.bench",),
    ("webapp",),
)  # fmt: skip
"""Lowest first. A name stands for the module or the whole package, `name.*` for what is inside a package without
its `__init__`; the longest name that fits wins."""

SAME_FLOOR_ALLOWED = {
    # Settings speak of ModelSpec.
    ("engine.settings", "engine.types"),
}

ONLY_IN = {
    "torch": ("engine.inference", "converters"),
    "openvino": ("engine.inference.openvino", "converters"),
    "onnxruntime": ("engine.inference.onnxruntime", "converters"),
    "tensorrt": ("engine.inference.tensorrt", "converters"),
    "flask": ("webapp",),
    "flask_socketio": ("webapp",),
}
"""Third parties that only these may import."""


def _modules() -> Iterator[tuple[str, Path]]:
    for package in ("engine", "converters", "webapp"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(_modules())


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


def _room(module: str) -> str | None:
    fits = [
        name
        for floor in FLOORS
        for name in floor
        if module == name or module.startswith(f"{name}.") or (name[-1] == "*" and module.startswith(name[:-1]))
    ]
    return max(fits, key=len, default=None)


def _floor(room: str) -> int:
    return next(index for index, floor in enumerate(FLOORS) if room in floor)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_only_from_lower_floors(module: str) -> None:
    room = _room(module)
    if room is None:
        assert module in ("engine",), f"{module} has no floor: give it one in FLOORS"
        return
    for imported in _imports(MODULES[module]):
        other = _room(imported)
        if other is None or other == room or (room, other) in SAME_FLOOR_ALLOWED:
            continue
        assert _floor(other) < _floor(room), f"{module} (floor {_floor(room)}) imports {imported} ({_floor(other)})"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_third_parties_stay_in_their_rooms(module: str) -> None:
    for imported in _imports(MODULES[module]):
        allowed = ONLY_IN.get(imported.split(".")[0])
        if allowed is not None:
            assert module.startswith(allowed), f"{module} imports {imported}, which only {allowed} may"


def test_threads_are_in_few_places() -> None:
    allowed = ("engine.capture", "engine.pipeline", "engine.offline", "engine.bench", "engine.slot", "webapp")
    for module, path in MODULES.items():
        if "threading" in set(_imports(path)):
            assert module.startswith(allowed), f"{module} imports threading"
