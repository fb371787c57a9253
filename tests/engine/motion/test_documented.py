from __future__ import annotations

from pathlib import Path

import pytest

from engine.motion.angles import DEFINITIONS

DATA = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("definition", DEFINITIONS["angles"], ids=lambda definition: definition["name"])
def test_every_angle_is_explained(definition: dict[str, str]) -> None:
    (row,) = (line for line in DATA.splitlines() if f"`{definition['name']}`" in line and line.startswith("| `"))
    for part in ("zero", "positive", "isb"):
        assert definition[part] in row
