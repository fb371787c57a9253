"""Exports over HTTP: made in a child process, kept until the recording changes, and refused with a reason."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.errors import PosecastError
from engine.exports import Request
from tests.engine.motion.stage import truth, write_recording
from tests.webapp.conftest import eventually
from webapp.recording import exporting
from webapp.recording.exporting import Exports
from webapp.services import Services

NAME = "recording-20261128-120000"


@pytest.fixture
def recording(services: Services) -> Path:
    services.recordings.folder.mkdir(parents=True, exist_ok=True)
    return write_recording(services.recordings.folder / f"{NAME}.jsonl", seconds=2.0)


def _export(client: FlaskClient, query: str) -> bytes:
    """The file, however long it takes to make."""
    for _ in range(200):
        answer = client.get(f"/api/recordings/{NAME}/export?{query}", buffered=True)
        if answer.status_code != 202:
            assert answer.status_code == 200, answer.json
            return answer.get_data()
        assert 0 <= answer.json["fraction"] <= 1
        time.sleep(0.05)
    raise AssertionError("never finished")


def test_a_recording_is_exported_once(client: FlaskClient, services: Services, recording: Path) -> None:
    arrays = np.load(io.BytesIO(_export(client, "format=npz&raw=1")))
    np.testing.assert_allclose(arrays["joints"], truth(2.0), atol=1e-3)
    first = services.exports.ask(Request(recording, "npz", raw=True)).file
    assert services.exports.ask(Request(recording, "npz", raw=True)).file == first
    with zipfile.ZipFile(io.BytesIO(_export(client, "format=trc&person=1&person=2"))) as archive:
        assert archive.namelist() == [f"{NAME}-person-1.trc", f"{NAME}-person-2.trc"]

    write_recording(recording, seconds=3.0)
    assert len(np.load(io.BytesIO(_export(client, "format=npz&raw=1")))["times"]) == 90
    assert first is not None
    assert not first.exists(), "the file of the recording as it was is deleted"


def test_refusals_say_what_to_do(client: FlaskClient, recording: Path) -> None:
    for query, error in (
        ("format=fbx", "unknown format 'fbx'"),
        ("", "unknown format ''"),
        ("format=csv&layout=tall", "no layout 'tall'"),
        ("format=npz&person=two", "person must be an id"),
    ):
        answer = client.get(f"/api/recordings/{NAME}/export?{query}")
        assert answer.status_code == 400
        assert error in answer.json["error"]
    assert client.get("/api/recordings/recording-20200101-000000/export?format=npz").status_code == 404
    eventually(lambda: client.get(f"/api/recordings/{NAME}/export?format=npz&person=9").status_code == 400)
    recording.write_text("")
    eventually(
        lambda: "contains no scenes" in client.get(f"/api/recordings/{NAME}/export?format=npz").json.get("error", "")
    )


def test_few_wait_and_none_survives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = write_recording(tmp_path / f"{NAME}.jsonl", seconds=1.0)
    monkeypatch.setattr(exporting, "MOST_WAITING", 2)
    exports = Exports()
    asked = [exports.ask(Request(recording, "npz", people=(person,))) for person in (1, 2)]
    with pytest.raises(PosecastError, match="too many exports"):
        exports.ask(Request(recording, "npz", people=(3,)))
    exports.close()
    assert all(export.folder is None or not export.folder.exists() for export in asked)
