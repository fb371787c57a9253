"""Recordings over HTTP: titles and edits, index, ranges, thumbnail, trash."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.motion.edits_file import edits_path
from tests.engine.motion.stage import write_recording
from tests.webapp.conftest import eventually
from tests.webapp.test_openapi import DOCUMENT
from webapp.recording import trash
from webapp.recording.recordings import Recordings
from webapp.services import Services

NAME = "recording-20261128-120000"
URL = f"/api/recordings/{NAME}"


def identity(person: int, frame: int) -> int | None:
    """Person 4 is lost after 2 s and found as 9 at 5 s; person 5 comes at 3 s."""
    if person == 3:
        return 4 if frame < 60 else None if frame < 150 else 9
    return None if person == 4 and frame < 90 else person + 1


@pytest.fixture
def recording(services: Services) -> Path:
    services.recordings.folder.mkdir(parents=True, exist_ok=True)
    return write_recording(services.recordings.folder / f"{NAME}.jsonl", identity=identity)


def listed(client: FlaskClient) -> dict[str, object]:
    (one,) = client.get("/api/recordings").json["recordings"]
    return dict(one)


def test_a_recording_without_an_index_is_read_in_the_background(client: FlaskClient, recording: Path) -> None:
    eventually(lambda: listed(client)["scenes"] == 180)
    one = listed(client)
    assert (one["title"], one["notes"], one["playing"], one["thumbnail"]) == (None, "", False, True)
    assert one["seconds"] == pytest.approx(179 / 30, abs=2e-3)
    assert one["created"] == 1795358400
    people = {person["id"]: person for person in one["people"]}  # type: ignore[attr-defined]
    assert set(people) == {1, 2, 3, 4, 5, 9}
    assert (people[4]["first"], people[9]["first"]) == (0, pytest.approx(5, abs=2e-3))
    schema = {"$ref": "#/components/schemas/RecordingEntry", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(one)


def test_the_index_leads_to_every_second(client: FlaskClient, recording: Path) -> None:
    index = client.get(f"{URL}/index").json
    schema = {"$ref": "#/components/schemas/RecordingIndex", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(index)
    content = recording.read_bytes()
    assert (index["bytes"], index["scenes"]) == (len(content), 180)
    assert [round(time) for time in index["times"]] == [0, 1, 2, 3, 4, 5]
    for time, offset in zip(index["times"], index["offsets"], strict=True):
        scene = json.loads(content[offset:].splitlines()[0])
        assert scene["wall_time"] - index["start_wall_time"] == pytest.approx(time, abs=2e-3)
    told = [(round(mark["time"], 1), mark["kind"], mark["person"]) for mark in index["marks"]]
    assert told == [(2.0, "left", 4), (3.0, "came", 5), (5.0, "came", 9)]
    first, second = index["offsets"][2:4]
    part = client.get(URL, headers={"Range": f"bytes={first}-{second - 1}"}, buffered=True)
    assert part.status_code == 206
    assert part.data == content[first:second]


def test_edits_are_kept_beside_the_recording_which_never_changes(client: FlaskClient, recording: Path) -> None:
    before = recording.read_bytes()
    changed = client.patch(URL, json={"title": " Squats\n2 ", "notes": "left\nknee", "trim_s": [1, 4]})
    assert changed.status_code == 200, changed.json
    assert (changed.json["title"], changed.json["notes"]) == ("Squats 2", "left\nknee")
    merged = client.patch(URL, json={"merged": [[4, 9]], "deleted": [3], "names": {"4": "Ada"}}).json
    assert merged["edits"] == {"trim_s": [1, 4], "merged": [[4, 9]], "deleted": [3], "names": {"4": "Ada"}}
    assert merged["title"] == "Squats 2"
    assert {"source": f"recording:{NAME}", "kind": "recording", "label": "Squats 2"} in client.get("/api/sources").json[
        "sources"
    ]
    labels = [(mark["person"], mark["label"]) for mark in client.get(f"{URL}/index").json["marks"]]
    assert labels == [(4, "Ada"), (5, None), (4, "Ada")]
    assert recording.read_bytes() == before
    assert client.patch(URL, json={"title": None, "trim_s": None}).json["edits"]["trim_s"] is None
    assert listed(client)["title"] is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"merged": [[1, 77]]}, "person 77"),
        ({"merged": [[1]]}, "group of one"),
        ({"merged": [[1, 2], [2, 3]]}, "an id twice"),
        ({"merged": [[1, 2]], "deleted": [2]}, "deleted names the person 2"),
        ({"names": {"x": "Ada"}}, "the key 'x'"),
        ({"trim_s": [4, 1]}, "trim_s is [4, 1]"),
        ({"trim_s": [100, 200]}, "trim_s"),
        ({"trim_s": [1]}, "trim_s"),
        ({"title": 5}, "title"),
    ],
)
def test_what_cannot_be_edited_changes_nothing(
    change: dict[str, object], error: str, client: FlaskClient, recording: Path
) -> None:
    refused = client.patch(URL, json={"notes": "no", **change})
    assert refused.status_code == 400
    assert error in refused.json["error"]
    assert refused.json["hint"]
    assert not edits_path(recording).exists()


def test_damaged_edits_are_not_overwritten(client: FlaskClient, recording: Path) -> None:
    edits_path(recording).write_text('{"title": "Squ')
    assert listed(client)["title"] is None
    refused = client.patch(URL, json={"title": "New"})
    assert (refused.status_code, "is damaged" in refused.json["error"]) == (400, True)
    assert edits_path(recording).read_text() == '{"title": "Squ'


def test_a_deleted_recording_comes_back_with_everything(
    client: FlaskClient, services: Services, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.patch(URL, json={"title": "Squats"})
    size = client.get("/api/recordings").json["total_bytes"]
    assert client.delete(URL).json["restorable_s"] > 60
    assert client.get("/api/recordings").json["recordings"] == []
    assert client.get("/api/recordings").json["total_bytes"] == pytest.approx(size, rel=0.01), "until it is erased"
    assert client.get(URL).status_code == 404
    assert client.post(f"{URL}/restore").json["title"] == "Squats"
    assert listed(client)["title"] == "Squats"
    assert client.post(f"{URL}/restore").status_code == 404

    client.delete(URL)
    monkeypatch.setattr(trash, "KEPT_S", 0.0)
    services.library.trash.sweep()
    assert client.post(f"{URL}/restore").status_code == 404
    assert list(services.recordings.folder.iterdir()) == []


def test_what_was_deleted_before_the_start_is_erased(tmp_path: Path) -> None:
    write_recording(tmp_path / f"{NAME}.jsonl", seconds=0.1)
    first = Recordings(tmp_path)
    first.delete(NAME)
    second = Recordings(tmp_path)
    second.prepare()
    assert list(tmp_path.iterdir()) == []


def test_what_was_deleted_makes_room(client: FlaskClient, services: Services, recording: Path) -> None:
    services.recorder.limit_bytes = recording.stat().st_size
    assert client.post("/api/recordings", json={"record": True}).status_code == 409
    client.delete(URL)
    assert client.post("/api/recordings", json={"record": True}).status_code == 201
    client.post("/api/recordings", json={"record": False})


def test_a_thumbnail_without_video_shows_skeletons(client: FlaskClient, recording: Path) -> None:
    made = client.get(f"{URL}/thumbnail.jpg", buffered=True)
    assert made.mimetype == "image/jpeg"
    picture = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_COLOR)
    assert max(picture.shape) == 320
    assert picture.std() > 5
    assert client.get(f"{URL}/video").status_code == 404


def _export(client: FlaskClient, query: str) -> tuple[bytes, list[str]]:
    for _ in range(400):
        answer = client.get(f"{URL}/export?{query}", buffered=True)
        if answer.status_code == 200:
            return answer.data, json.loads(answer.headers["X-Posecast-Done"])
        assert answer.status_code == 202, answer.json
        eventually(lambda: True)
    raise AssertionError("never finished")


def test_exports_have_the_edits_and_only_a_to_b(client: FlaskClient, recording: Path) -> None:
    client.patch(URL, json={"trim_s": [1, 5.5], "merged": [[4, 9]], "names": {"4": "Ada"}, "deleted": [3]})
    data, done = _export(client, "format=npz&from=1.5&to=20&raw=1")
    arrays = np.load(io.BytesIO(data))
    assert list(arrays["names"]) == ["person 1", "person 2", "Ada", "person 5"]
    assert arrays["times"][-1] == pytest.approx(4.0, abs=0.05)
    told = ["merged 9 into 4", "removed 3", "named 4 Ada", "kept 1.5 s to 5.5 s"]
    assert done == [*told, "resampled, not cleaned"]
    assert json.loads(str(arrays["metadata"]))["edits"] == told
    lines, done = _export(client, "format=jsonl&to=2")
    scenes = [json.loads(line) for line in lines.splitlines()]
    assert (scenes[0]["time"], scenes[-1]["time"]) == (0, pytest.approx(1, abs=0.05))
    assert {person["id"] for scene in scenes for person in scene["people"]} == {1, 2, 4}
    assert len(_export(client, "format=jsonl&edits=0")[0].splitlines()) == 180
    for query in ("from=3&to=2", "from=x", "from=-1&to=2"):
        assert client.get(f"{URL}/export?format=npz&{query}").status_code == 400
