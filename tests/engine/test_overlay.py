"""The overlay marks people where they are, in their colours, and leaves the frame it was given alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine import overlay
from engine.geometry import DEFAULT_CAMERA
from engine.skeleton import JOINT, JOINTS
from engine.types import Person, Pose2D, Scene

CAMERA = DEFAULT_CAMERA.for_image(640, 360)


def _person(person_id: int, points: dict[str, tuple[float, float]]) -> Person:
    keypoints, scores = np.full((19, 2), np.nan, np.float32), np.zeros(19, np.float32)
    for name, point in points.items():
        keypoints[JOINT[name]], scores[JOINT[name]] = point, 0.9
    return Person(person_id, Pose2D(keypoints, scores, 1.0), None)


def _scene(*people: Person) -> Scene:
    return Scene(0, 0.0, people, CAMERA)


def test_left_limbs_carry_the_colour_of_the_id_and_right_ones_a_darker_shade() -> None:
    person = _person(
        3, {"left_hip": (100, 100), "left_knee": (100, 200), "right_hip": (300, 100), "right_knee": (300, 200)}
    )
    picture = overlay.draw(_scene(person))
    colour = np.array(overlay.colour_of(person))
    assert np.array_equal(picture[150, 100], colour)
    assert picture[150, 300] == pytest.approx(colour * overlay.RIGHT_SHADE, abs=1)


def test_the_frame_is_not_drawn_upon() -> None:
    image = np.full((360, 640, 3), 90, np.uint8)
    picture = overlay.draw(_scene(_person(1, {"neck": (320, 100), "left_hip": (330, 220)})), image)
    assert (image == 90).all()
    assert (picture != 90).any()


def test_skeleton_only_shows_no_camera_pixel() -> None:
    assert (overlay.draw(_scene()) == overlay.BACKGROUND).all()


@pytest.mark.parametrize("at", [(0, 0), (639, 359), (-50, 400), (1e5, -1e5)])
def test_people_at_and_beyond_the_edges_are_drawn_without_fault(at: tuple[float, float]) -> None:
    person = _person(12, dict.fromkeys((name for name in JOINTS if name != "pelvis"), at))
    assert overlay.draw(_scene(person)).shape == (360, 640, 3)


def test_the_colour_of_a_tracked_person_is_the_tracker_s() -> None:
    tracked = Person(3, _person(3, {}).pose2d, None, colour=6)
    red, green, blue = (int(overlay.PALETTE[6][at : at + 2], 16) for at in (1, 3, 5))
    assert overlay.colour_of(tracked) == (blue, green, red)


def test_every_digit_of_an_id_is_on_its_plate() -> None:
    tags = []
    for person_id in (8, 80):
        grey = np.full((360, 640, 3), 200, np.uint8)
        picture = overlay.draw(_scene(_person(person_id, {"neck": (320, 100), "left_hip": (330, 220)})), grey)
        tags.append(picture[60:95, 290:350].astype(int))
    plate = np.array(overlay.colour_of(_person(8, {})))
    dark = [(np.abs(tag - overlay.INK).max(axis=-1) < 40).sum() for tag in tags]
    assert dark[0] > 5, "an 8 has ink"
    assert dark[1] > 1.5 * dark[0], "and 80 has more"
    assert (np.abs(tags[0] - plate).max(axis=-1) < 10).any()


def test_a_plate_may_be_larger_than_the_picture() -> None:
    tiny = Scene(0, 0.0, (_person(123456, {"neck": (3, 3), "nose": (4, 4)}),), DEFAULT_CAMERA.for_image(8, 8))
    assert overlay.draw(tiny).shape == (8, 8, 3)


def test_letters_are_drawn_once_and_not_by_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread that has OpenCV write something takes 6 MB."""
    threads = []
    write = overlay.cv2.putText

    def noted(*arguments: object) -> object:
        threads.append(threading.current_thread())
        return write(*arguments)

    monkeypatch.setattr(overlay.cv2, "putText", noted)
    overlay._digits.cache_clear()
    for _ in range(3):
        viewer = threading.Thread(target=overlay.draw, args=(_scene(_person(5, {"neck": (320, 100)})),))
        viewer.start()
        viewer.join()
    assert len(threads) == 10
    assert len(set(threads)) == 1
