from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import PosecastError
from engine.settings import BACKENDS, PRECISIONS, Settings
from engine.settings_file import load_or_set_aside, load_settings, save_settings

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "source": st.text(min_size=1, max_size=20),
    "backend": st.sampled_from(BACKENDS),
    "precision": st.sampled_from(PRECISIONS),
    "model_input": st.sampled_from(["auto", "raw", "normalised"]),
    "height_size": st.integers(16, 128).map(lambda cells: 8 * cells),
    "fx": st.none() | st.floats(1, 1e6) | st.integers(1, 10**6),
    "pixel_aspect": st.sampled_from([None, "2:1", "64/45", "1.0667"]),
    "up": st.none() | st.sampled_from(["+x", "-y", "+z"]),
    "floor_offset_m": st.floats(-100, 100),
    "person_heights_m": st.none() | st.dictionaries(st.integers(1, 10**6), st.floats(0.3, 2.8), max_size=3),
    "smoothing": st.booleans(),
    "smoothing_cutoff_hz": st.floats(0.01, 100),
    "min_score": st.floats(0, 1),
    "min_keypoints": st.integers(3, 18),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_settings_survive_json(changes: dict[str, Any]) -> None:
    settings = Settings().changed(changes)
    assert Settings().changed(json.loads(json.dumps(settings.to_json()))) == settings


def test_what_is_saved_is_loaded_equal(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(source="Kamera im Flur ☂", fx=900.5, up="+z", person_heights_m={3: 1.2})
    save_settings(settings, path)
    assert load_settings(path) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", ""), ("source", 3), ("model", None), ("model_input", None), ("backend", "tensorflow"),
        ("backend", ["auto"]),
        ("precision", "fp8"), ("body", "clay"), ("body", None), ("placement", "anywhere"),
        ("height_size", 255), ("height_size", 120), ("height_size", 1032),
        ("pixel_aspect", "2:0"), ("pixel_aspect", "wide"), ("pixel_aspect", 2), ("pixel_aspect", "9:1"),
        ("height_size", 256.0), ("height_size", True), ("fx", 0), ("fx", math.nan), ("fx", "900"), ("fx", 10**400),
        ("up", "y"), ("up", 1), ("floor_offset_m", math.inf), ("assumed_height_m", 0.2), ("assumed_height_m", 180),
        ("smoothing", 1), ("smoothing", "false"), ("smoothing_cutoff_hz", 0), ("smoothing_beta", -1),
        ("min_score", 1.1), ("min_keypoints", 2), ("min_keypoints", 5.5), ("extrinsics", ""),
        ("person_heights_m", {"one": 1.7}), ("person_heights_m", {1: 180}), ("person_heights_m", {1: True}),
        ("person_heights_m", {0: 1.7}), ("person_heights_m", {1: "tall"}), ("person_heights_m", [1.7]),
        ("person_heights_m", {1: 10**400}), ("person_heights_m", {math.inf: 1.7}), ("person_heights_m", {1: None}),
    ],
)  # fmt: skip
def test_bad_values_are_refused_by_name_and_nothing_changes(name: str, value: Any) -> None:
    settings = Settings(source="0")
    with pytest.raises(PosecastError) as caught:
        settings.changed({"min_score": 0.5, name: value})
    assert caught.value.error.startswith(f"{name} is ")
    assert caught.value.hint.startswith(f"{name} must ")
    assert settings == Settings(source="0")


def test_every_setting_is_checked() -> None:
    for field in fields(Settings):
        with pytest.raises(PosecastError, match=field.name):
            Settings().changed({field.name: object()})


@pytest.mark.parametrize(("model_input", "raw"), [("auto", None), ("raw", True), ("normalised", False)])
def test_what_a_model_takes_can_be_said(model_input: str, raw: bool | None) -> None:
    assert Settings(model_input=model_input).model_spec.raw_input is raw


@pytest.mark.parametrize(
    ("model", "body", "features"),
    [
        ("bundled", "auto", False), ("official", "auto", None), ("flat.pth", "auto", None),
        ("bundled", "maps", True), ("official", "keypoints", False),
    ],
)  # fmt: skip
def test_the_body_says_whether_3d_coordinates_are_needed(model: str, body: str, features: bool | None) -> None:
    assert Settings(model=model, body=body).model_spec.features is features


def test_unknown_settings_are_refused_and_the_known_told() -> None:
    with pytest.raises(PosecastError, match=r"unknown setting 'colour'; settings are: .*source"):
        Settings().changed({"colour": "red"})


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().source = "0"  # type: ignore[misc]


def test_heights_are_given_by_id_also_from_json() -> None:
    assert Settings().changed({"person_heights_m": {"3": 1.2}}).person_heights_m == {3: 1.2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"), ("", "is not JSON"), ("[" * 100_000, "is not JSON"), ("[]", "is not a JSON object"),
        ('{"min_score": 2}', "min_score is 2"), ('{"colour": 1}', "unknown setting"), ('{"fx": NaN}', "fx is nan"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_and_set_aside(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(PosecastError, match=words) as caught:
        load_settings(path)
    assert str(path) in caught.value.error
    settings, problem = load_or_set_aside(path)
    assert settings == Settings()
    assert problem is not None
    assert words in problem
    assert not path.exists()
    (aside,) = tmp_path.iterdir()
    assert aside.name in problem
    assert aside.read_text() == text


def test_a_broken_file_that_cannot_be_moved_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    path.write_text("no JSON")

    def read_only(self: Path, target: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", read_only)
    with pytest.raises(PosecastError, match="is not JSON"):
        load_or_set_aside(path)
    assert path.read_text() == "no JSON"


def test_no_file_is_the_defaults_and_a_good_one_is_used(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    assert load_or_set_aside(path) == (Settings(), None)
    save_settings(Settings(min_score=0.25), path)
    assert load_or_set_aside(path) == (Settings(min_score=0.25), None)


def test_what_cannot_be_read_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "settings.json"
    folder.mkdir()
    with pytest.raises(PosecastError, match="cannot read the settings file"):
        load_or_set_aside(folder)
    assert folder.is_dir()


def test_a_failed_save_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    save_settings(Settings(min_score=0.25), path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.settings_file.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_settings(Settings(min_score=0.75), path)
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
    assert load_settings(path).min_score == 0.25


def test_saving_from_several_threads_never_leaves_a_torn_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: save_settings(Settings(source="x" * n), path), range(1, 60)))
    assert set(json.loads(path.read_text())["source"]) == {"x"}
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
