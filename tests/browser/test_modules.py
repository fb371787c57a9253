"""The page's pure modules under Node's own test runner, and its tables against the engine's."""

from __future__ import annotations

import json
import subprocess
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import overlay, skeleton
from engine.capture.stage import truth_at
from engine.geometry import UP_AXES
from engine.motion.angles import DEFINITIONS, angles
from engine.motion.placing import y_up_from
from engine.motion.quantities import QUANTITIES
from webapp.live import renditions

ROOT = Path(__file__).parents[2]
MODULES = (ROOT / "webapp" / "static" / "js").as_uri()
UNIT_TESTS = sorted((Path(__file__).parent / "unit").glob("*.test.js"))


@pytest.mark.parametrize("file", UNIT_TESTS, ids=lambda file: file.name.removesuffix(".test.js"))
def test_unit(node: str, file: Path) -> None:
    done = subprocess.run([node, "--test", str(file)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout


def test_lines_are_at_most_120_columns() -> None:
    """Biome's formatter leaves comments and strings as long as they are."""
    files = [*(ROOT / "webapp").rglob("*.js"), *(ROOT / "webapp").rglob("*.mjs"), *UNIT_TESTS]
    own = [file for file in files if not {"vendor", "bundled"} & set(file.parts)]
    long = [f"{file}:{i}" for file in own for i, line in enumerate(file.read_text().splitlines(), 1) if len(line) > 120]
    assert long == []


def _exported(node: str, module: str, names: str) -> dict[str, Any]:
    code = f"const {{ {names} }} = await import('{MODULES}/{module}'); console.log(JSON.stringify({{ {names} }}));"
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    exported: dict[str, Any] = json.loads(done.stdout)
    return exported


def test_page_and_engine_know_the_same_skeleton(node: str) -> None:
    page = _exported(node, "skeleton.js", "JOINTS, LIMBS")
    drawn = {(limb["from"], limb["to"]) for limb in page["LIMBS"]}
    assert tuple(page["JOINTS"]) == skeleton.JOINTS
    assert set(skeleton.LIMBS) <= drawn
    flanks = {(skeleton.JOINT[f"{side}_shoulder"], skeleton.JOINT[f"{side}_hip"]) for side in ("left", "right")}
    assert drawn - set(skeleton.LIMBS) == flanks


def test_page_and_engine_measure_the_same_angles(node: str) -> None:
    """On the stage's people, in every world, with somebody whose arms hang and somebody on one spot."""
    bodies = [*truth_at(1.3).joints_world.astype(float), *truth_at(7.7).joints_world.astype(float), np.zeros((19, 3))]
    cases = [(up, body @ y_up_from(up)) for up in UP_AXES for body in bodies]
    code = f"""
        const {{ evaluateAngles }} = await import("{MODULES}/measure/angles.js");
        const {{ readFileSync }} = await import("node:fs");
        const {{ definitions, cases }} = JSON.parse(readFileSync(0));
        const measured = cases.map(([up, joints]) => [...evaluateAngles(definitions, joints.flat(), up, [])]);
        console.log(JSON.stringify(measured));
    """
    given = json.dumps({"definitions": DEFINITIONS, "cases": [(up, joints.tolist()) for up, joints in cases]})
    done = subprocess.run(
        [node, "--input-type=module", "-e", code], input=given, capture_output=True, text=True, check=True
    )
    for (up, joints), measured in zip(cases, json.loads(done.stdout), strict=True):
        expected = [value[0] for value in angles(joints[None], up=up).values()]
        np.testing.assert_allclose(np.array(measured, float), expected, atol=1e-6, err_msg=up)


def test_page_and_engine_measure_the_same_quantities(node: str) -> None:
    code = f"""
        const {{ createQuantities }} = await import("{MODULES}/measure/quantities.js");
        const {{ readFileSync }} = await import("node:fs");
        const quantities = createQuantities(JSON.parse(readFileSync(0)));
        const told = ({{ name, label, unit, turn, signed }}) => [name, label, unit, turn, signed];
        console.log(JSON.stringify(quantities.names.map((name) => told(quantities.get(name)))));
    """
    run = [node, "--input-type=module", "-e", code]
    done = subprocess.run(run, input=json.dumps(DEFINITIONS), capture_output=True, text=True, check=True)
    assert [tuple(one) for one in json.loads(done.stdout)] == [astuple(one) for one in QUANTITIES.values()]


def test_page_and_overlay_use_the_same_colours(node: str) -> None:
    page = _exported(node, "palette.js", "PALETTE, RIGHT_SHADE")
    assert tuple(page["PALETTE"]) == overlay.PALETTE
    assert page["RIGHT_SHADE"] == overlay.RIGHT_SHADE
    blue, green, red = overlay.BACKGROUND
    assert _exported(node, "video/drawing.js", "BACKGROUND") == {"BACKGROUND": f"#{red:02x}{green:02x}{blue:02x}"}


def test_page_and_server_know_the_same_widths(node: str) -> None:
    assert tuple(_exported(node, "video/widths.js", "WIDTHS")["WIDTHS"]) == renditions.WIDTHS
