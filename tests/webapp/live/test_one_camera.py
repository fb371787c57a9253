"""The picture of one camera of a rig."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.faces import head_of
from engine.geometry import CameraSpec
from engine.pipeline import Pipeline
from engine.types import Frame, PersonView, Snapshot, View
from tests.webapp.conftest import start
from tests.webapp.people import person, snapshot
from tests.webapp.stage import Stage
from webapp.live.faces import Faces
from webapp.live.renditions import Rendition, draw

SPEC = CameraSpec(np.eye(3), np.zeros(3), "-y")
SIZES = {"left": (320, 180), "right": (200, 240)}


@pytest.fixture
def rig() -> Snapshot:
    """Two cameras, of which only the one on the right sees somebody."""
    shown = snapshot()
    cameras = {name: replace(shown.scene.camera, image_size=size) for name, size in SIZES.items()}
    views = tuple(
        View(name, SPEC, replace(shown.frame, image=np.full((height, width, 3), 60 + 60 * at, np.uint8)))
        for at, (name, (width, height)) in enumerate(SIZES.items())
    )
    somebody = person(1)
    people = (replace(somebody, views={"right": PersonView(somebody.pose2d, 2.0)}),)
    return replace(
        shown,
        frame=replace(shown.frame, image=np.full((180, 320, 3), 60, np.uint8), views=views),
        scene=replace(shown.scene, people=people, cameras=cameras),
    )


def test_each_camera_has_its_own_picture_and_people(rig: Snapshot) -> None:
    right = draw(rig, Rendition("raw", camera="right"), Faces())
    assert right.shape == (240, 200, 3)
    assert (right == 120).all()
    left = draw(rig, Rendition("overlay", camera="left"), Faces())
    assert left.shape == (180, 320, 3)
    assert (left == 60).all(), "nobody is seen from the left"
    assert (draw(rig, Rendition("overlay", camera="right"), Faces()) != 120).any()


def test_faces_are_covered_in_the_picture_of_one_camera(rig: Snapshot) -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (240, 200, 3), dtype=np.uint8)
    view = replace(rig.frame.views[1], frame=replace(rig.frame, image=noisy, views=()))
    rig = replace(rig, frame=replace(rig.frame, views=(rig.frame.views[0], view)))
    blurred = draw(rig, Rendition("raw", blurred=True, camera="right"), Faces())
    circle = head_of(rig.scene.people[0].views["right"].pose2d, SIZES["right"])
    assert circle is not None
    across, down = np.meshgrid(np.arange(200), np.arange(240))
    away = np.hypot(across - circle.x, down - circle.y) / circle.radius
    changed = (blurred != noisy).any(axis=2)
    assert changed[away < 0.9].mean() > 0.9
    assert not changed[away > 2.0].any()


def test_a_camera_without_pictures_is_empty(rig: Snapshot) -> None:
    lost = replace(rig.frame.views[1], frame=None, camera=replace(SPEC, resolution=(200, 240)))
    frame: Frame = replace(rig.frame, views=(rig.frame.views[0], lost))
    assert draw(frame, Rendition("raw", camera="right"), Faces()).shape == (240, 200, 3)


def test_an_unknown_camera_is_refused(client: FlaskClient, stage: Stage, pipeline: Pipeline) -> None:
    start(stage, pipeline)
    answer = client.get("/snapshot.jpg?camera=left")
    assert answer.status_code == 400
    assert "no camera 'left'" in answer.get_json()["error"]
