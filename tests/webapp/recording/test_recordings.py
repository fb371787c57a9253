from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.pipeline import Pipeline
from engine.snapshot_slot import SnapshotSlot
from engine.types import Event
from engine.wire import CSV_COLUMNS, dumps, scene_to_wire
from tests.engine.test_wire import VALIDATOR
from tests.webapp.conftest import eventually, show
from tests.webapp.people import snapshot
from tests.webapp.recording.numbered import number_in, numbered
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.live.scenes import Scenes
from webapp.recording.library import Library
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import Recordings
from webapp.recording.replay import ReplaySource
from webapp.services import Services


def record(client: FlaskClient, stage: Stage, pipeline: Pipeline, frames: int = 5, *, video: bool = False) -> str:
    """Record a few frames; the name."""
    started = client.post("/api/recordings", json={"record": True, "video": video})
    assert started.status_code == 201
    for count in range(frames):
        show(stage, pipeline)
        eventually(lambda count=count: recorded(client) > count)
    stopped = client.post("/api/recordings", json={"record": False})
    assert stopped.status_code == 200
    name: str = started.json["recording"]["name"]
    assert stopped.json["finished"]["name"] == name
    return name


def recorded(client: FlaskClient) -> int:
    return int(client.get("/api/recordings").json["recording"]["scenes"])


def test_a_recording_has_one_length_and_one_name(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    client.post("/api/recordings", json={"record": True})
    for count in range(3):
        show(stage, playing)
        eventually(lambda count=count: recorded(client) > count)
    finished = client.post("/api/recordings", json={"record": False}).json["finished"]
    (one,) = client.get("/api/recordings").json["recordings"]
    assert finished["seconds"] == pytest.approx(one["seconds"], abs=1e-3)
    sources = {source["source"]: source["label"] for source in client.get("/api/sources").json["sources"]}
    assert one["label"] == sources[f"recording:{one['name']}"]
    assert one["label"].startswith("Recording 2")
    client.patch(f"/api/recordings/{one['name']}", json={"title": "Squats"})
    assert client.get("/api/recordings").json["recordings"][0]["label"] == "Squats"


def test_a_recording_is_made_listed_downloaded_and_deleted(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
) -> None:
    name = record(client, stage, playing)
    listed = client.get("/api/recordings").json
    assert listed["recording"] is None
    (one,) = listed["recordings"]
    assert (one["name"], one["video"]) == (name, False)
    assert one["scenes"] >= 5
    assert one["seconds"] > 0
    assert listed["total_bytes"] >= one["bytes"] > 0
    assert listed["cap_bytes"] == options.recordings_limit_bytes

    lines = client.get(f"/api/recordings/{name}", buffered=True).get_data(as_text=True).splitlines()
    assert len(lines) == one["scenes"]
    scenes = [json.loads(line) for line in lines]
    for scene in scenes:
        VALIDATOR.validate(scene)
    assert [scene["frame"] for scene in scenes] == sorted({scene["frame"] for scene in scenes})

    told: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.broadcaster, "state_changed", lambda: told.append(True))
        assert client.delete(f"/api/recordings/{name}").status_code == 200
    assert told, "other pages list it, too"
    assert client.get("/api/recordings").json["recordings"] == []
    assert client.get(f"/api/recordings/{name}", buffered=True).status_code == 404
    assert options.recordings is not None
    services.library.trash.empty()
    assert list(options.recordings.iterdir()) == []


def test_csv_has_a_row_per_person_and_joint(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    name = record(client, stage, playing, 2)
    response = client.get(f"/api/recordings/{name}?format=csv", buffered=True)
    assert response.mimetype == "text/csv"
    assert f"{name}.csv" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True))))
    assert tuple(rows[0]) == CSV_COLUMNS
    scenes = client.get(f"/api/recordings/{name}", buffered=True).get_data(as_text=True).splitlines()
    assert len(rows) == 1 + 19 * len(scenes)
    person = json.loads(scenes[0])["people"][0]
    assert rows[1][6] == "neck"
    assert [float(value) for value in rows[1][7:-2]] == [
        *person["keypoints_2d"][0],
        *person["joints_3d"][0],
        *person["joints_camera"][0],
    ]
    assert rows[3][6:10] == ["pelvis", "", "", ""]


def test_video_has_a_frame_per_scene(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    name = record(client, stage, playing, 4, video=True)
    (one,) = client.get("/api/recordings").json["recordings"]
    assert one["video"] is True
    response = client.get(f"/api/recordings/{name}?format=mp4", buffered=True)
    assert response.mimetype == "video/mp4"
    with av.open(io.BytesIO(response.data)) as video:
        assert sum(1 for _ in video.decode(video=0)) == one["scenes"]


def test_what_cannot_be_done_is_said(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    assert client.post("/api/recordings", json={"record": False}).status_code == 409
    assert client.post("/api/recordings", json={"record": "yes"}).status_code == 400
    assert client.post("/api/recordings", json={}).status_code == 400
    client.post("/api/recordings", json={"record": True})
    assert client.post("/api/recordings", json={"record": True}).status_code == 409
    client.post("/api/recordings", json={"record": False})
    name = record(client, stage, playing, 1)
    assert client.get(f"/api/recordings/{name}?format=xml", buffered=True).status_code == 400
    assert client.get(f"/api/recordings/{name}?format=mp4", buffered=True).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "..", "../settings", "..%2fsettings", "recording-20260101-000000", "%00"])
def test_names_are_the_servers_own(name: str, client: FlaskClient, options: ServeOptions) -> None:
    assert options.config is not None
    options.config.write_text("{}")
    for method in ("GET", "DELETE"):
        assert client.open(f"/api/recordings/{name}", method=method).status_code == 404
    assert options.config.exists()


def test_an_empty_recording_leaves_nothing(client: FlaskClient, playing: Pipeline, options: ServeOptions) -> None:
    client.post("/api/recordings", json={"record": True, "video": True})
    client.post("/api/recordings", json={"record": False})
    assert options.recordings is not None
    assert list(options.recordings.iterdir()) == []


def test_a_recording_has_its_name_only_when_whole(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
) -> None:
    client.post("/api/recordings", json={"record": True})
    show(stage, playing)
    eventually(lambda: recorded(client) > 0)
    assert options.recordings is not None
    assert list(options.recordings.glob("*.jsonl")) == []
    assert client.get("/api/state").json["recording"]["scenes"] > 0
    services.stop()
    assert len(list(options.recordings.glob("*.jsonl"))) == 1
    assert list(options.recordings.glob("*.part*")) == []


class TestWithLittleRoom:
    @pytest.fixture
    def serving(self) -> dict[str, Any]:
        return {"recordings_limit_bytes": 12_000}

    def test_recording_stops_at_the_limit_and_deletes_nothing(
        self, client: FlaskClient, stage: Stage, playing: Pipeline, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problems: list[tuple[str, str]] = []
        monkeypatch.setattr(services.recorder, "_problem", lambda *problem: problems.append(problem))
        client.post("/api/recordings", json={"record": True})
        eventually(lambda: (show(stage, playing), client.get("/api/recordings").json["recording"] is None)[1])
        listed = client.get("/api/recordings").json
        assert len(listed["recordings"]) == 1
        assert listed["recordings"][0]["scenes"] >= 1
        assert listed["total_bytes"] <= 12_000
        eventually(lambda: problems)
        assert "limit" in problems[0][0]
        assert problems[0][1]


def test_what_a_crash_left_is_finished(tmp_path: Path) -> None:
    line = json.dumps({"wall_time": 5.0}) + "\n"
    (tmp_path / "recording-20260101-000000.jsonl.part").write_text(line * 3 + '{"wall_ti')
    (tmp_path / "recording-20260101-000001.jsonl.part").write_text('{"wall_ti')
    (tmp_path / "recording-20260101-000000.part.mp4").write_bytes(b"torn")
    (tmp_path / "recording-20260101-000000.lock").touch()
    (tmp_path / "recording-20260101-000002.lock").touch()
    recordings = Recordings(tmp_path)
    recordings.prepare()
    assert recordings.names() == ["recording-20260101-000000"]
    assert recordings.path("recording-20260101-000000").read_text() == line * 3
    assert [path.name for path in tmp_path.iterdir()] == ["recording-20260101-000000.jsonl"]
    library = Library(recordings)
    assert library.index("recording-20260101-000000").scenes == 3
    library.close()


def test_what_another_server_records_is_left_alone(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    assert options.recordings is not None
    client.post("/api/recordings", json={"record": True, "video": True})
    show(stage, playing)
    eventually(lambda: recorded(client) > 0)
    second = Recordings(options.recordings)
    second.prepare()
    assert second.names() == []
    other = Recorder(second, Scenes(playing.snapshots, playing.fps), 2**40, lambda *_: None, lambda: None)
    names = {str(client.get("/api/recordings").json["recording"]["name"]), str(other.start()["name"])}
    assert len(names) == 2
    eventually(lambda: (show(stage, playing), recorded(client) > 3)[1])
    client.post("/api/recordings", json={"record": False})
    other.stop()
    library = Library(second)
    first, last = sorted(library.listing(), key=lambda one: str(one["name"]))
    library.close()
    assert {first["name"], last["name"]} == names
    assert first["video"], "not torn out from under who writes it"
    assert first["scenes"] > 3
    assert not [path for path in options.recordings.iterdir() if path.suffix in (".part", ".lock")]


class TestWhereNothingCanBeWritten:
    @pytest.fixture
    def options(self, tmp_path: Path) -> ServeOptions:
        (tmp_path / "file").write_text("no folder")
        return ServeOptions(config=tmp_path / "settings.json", recordings=tmp_path / "file" / "recordings")

    def test_the_server_starts_and_says_so(
        self, client: FlaskClient, playing: Pipeline, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert any("folder of the recordings" in one.getMessage() for one in caplog.get_records("setup"))
        assert client.get("/api/recordings").json["recordings"] == []
        for _ in range(2):
            refused = client.post("/api/recordings", json={"record": True})
            assert refused.status_code == 409
            assert refused.json["error"].startswith("cannot record: ")
            assert refused.json["hint"]
        assert client.get("/api/state").json["recording"] is None


@pytest.mark.parametrize("video", [False, True])
def test_a_recording_replays_as_a_source(
    video: bool, client: FlaskClient, stage: Stage, playing: Pipeline, services: Services
) -> None:
    name = record(client, stage, playing, 3, video=video)
    lines = client.get(f"/api/recordings/{name}", buffered=True).get_data(as_text=True).splitlines()
    originals = [json.loads(line) for line in lines]
    assert client.put("/api/source", json={"source": f"recording:{name}"}).status_code == 202
    eventually(lambda: client.get("/api/state").json["source"] == f"recording:{name}")
    show(stage, playing)
    replayed = client.get("/api/scene").json
    original = next(scene for scene in originals if scene["frame"] == replayed["frame"])
    for key in ("time", "image_size", "backend", "precision", "up"):
        assert replayed[key] == original[key], key
    (one,), (other,) = replayed["people"], original["people"]
    for key in ("id", "score", "keypoints_2d", "joints_camera"):
        assert one[key] == other[key], key
    assert one["colour"] == 0, "a recording of an older version has no colours"
    np.testing.assert_allclose(one["joints_3d"], other["joints_3d"], atol=2e-4)  # both were rounded once more
    pixels = services.pipeline.snapshots.newest().frame.image  # type: ignore[union-attr]
    assert (pixels.std() > 20) == video


def test_a_replay_is_trimmed_and_merged_as_its_user_chose(
    client: FlaskClient, stage: Stage, playing: Pipeline, services: Services
) -> None:
    recorded = [numbered(index, index * 0.5) for index in range(12)]
    snapshots = SnapshotSlot()
    clock = Scenes(snapshots, lambda: 2.0, clock=lambda: 0.0, wall_clock=lambda: 1.8e9)
    recorder = Recorder(services.recordings, clock, 2**40, lambda *_: None, lambda: None)
    name = str(recorder.start(video=True)["name"])
    for count, one in enumerate(recorded):
        snapshots.put(one)
        eventually(lambda count=count: recorder.status()["scenes"] > count)  # type: ignore[index]
    recorder.stop()
    assert (
        client.patch(f"/api/recordings/{name}", json={"trim_s": [2.4, 4.1], "names": {"1": "Ada"}}).status_code == 200
    )
    source = ReplaySource(services.recordings, name)
    frames = [source.read() for _ in range(5)]
    source.close()
    assert [frame.index for frame in frames if frame] == [5, 6, 7, 8, 5]
    assert [number_in(frame.image) for frame in frames if frame] == [5, 6, 7, 8, 5]
    client.patch(f"/api/recordings/{name}", json={"deleted": [1], "names": {}})
    frame = ReplaySource(services.recordings, name).read()
    assert frame is not None
    assert frame.recorded is not None
    assert frame.recorded.scene.people == ()


def test_a_replay_has_the_recorded_events(tmp_path: Path) -> None:
    happened = Event("fall", 0.04, 1e9, "Person 1 may have fallen", person=1)
    lines = [
        dumps(scene_to_wire(replace(snapshot(index), events=(happened,) * index), fps=25, wall_time=index))
        for index in range(2)
    ]
    (tmp_path / "recording-20261129-010000.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = ReplaySource(Recordings(tmp_path), "recording-20261129-010000")
    events = [frame.recorded.events for frame in (source.read(), source.read()) if frame and frame.recorded]
    source.close()
    assert events == [(), (happened,)]


def test_one_that_plays_is_deleted_and_says_so(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions
) -> None:
    name = record(client, stage, playing, 3)
    client.put("/api/source", json={"source": f"recording:{name}"})
    eventually(lambda: client.get("/api/state").json["source"] == f"recording:{name}")
    eventually(lambda: client.get("/api/state").json["switching"] is None)
    assert client.delete(f"/api/recordings/{name}").status_code == 200
    eventually(lambda: client.get("/api/state").json["stats"]["source_problem"])
    state = client.get("/api/state").json
    assert state["stats"]["source_problem"] == f"the recording {name} was deleted"
    assert state["stats"]["source_hint"] == "choose another source"
    assert str(options.recordings) not in json.dumps(state)
    client.put("/api/source", json={"source": "demo"})
    eventually(lambda: (stage.give(), client.get("/api/state").json["stats"]["source_problem"] is None)[1])


def test_a_replay_is_not_what_the_next_start_shows(
    client: FlaskClient, stage: Stage, playing: Pipeline, options: ServeOptions, services: Services
) -> None:
    name = record(client, stage, playing, 2)
    client.put("/api/source", json={"source": f"recording:{name}"})
    eventually(lambda: client.get("/api/state").json["source"] == f"recording:{name}")
    client.put("/api/settings", json={"min_score": 0.1})
    services.events.settle()
    services.source_desk.settle()
    assert options.config is not None
    assert json.loads(options.config.read_text())["source"] == "demo"
