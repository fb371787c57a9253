"""Uploads, sent in pieces over HTTP: what arrives whole is a source, and nothing else ever is."""

from __future__ import annotations

import errno
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient

from engine.capture import open_source
from engine.errors import PosecastError
from engine.pipeline import Pipeline
from tests.robustness.small_disk import fill, mounted
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions
from webapp.services import Services
from webapp.uploads import uploads as module
from webapp.uploads.examine import examine, examine_here
from webapp.uploads.files import STALE_AFTER, Files, clean_title
from webapp.uploads.uploads import MAX_PIECE, Uploads

CLIP = (Path(__file__).parents[3] / "engine" / "assets" / "stage.mp4").read_bytes()


@pytest.fixture(autouse=True)
def examined_here(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are examined in this process, which is quicker; tests of the other process ask for it."""
    monkeypatch.setattr(services.uploads, "_examine", examine_here)


def picture() -> bytes:
    _, data = cv2.imencode(".png", np.full((90, 160, 3), 90, np.uint8))
    return data.tobytes()


def begin(client: FlaskClient, data: bytes, title: str = "my clip.mp4", **more: object) -> str:
    begun = client.post("/api/uploads", json={"name": title, "size": len(data), **more})
    assert begun.status_code == 201, begun.json
    name: str = begun.json["name"]
    return name


def send(client: FlaskClient, name: str, data: bytes, offset: int = 0, piece: int = MAX_PIECE) -> tuple[int, dict]:  # type: ignore[type-arg]
    """Send what is left of `data`; status and answer of the last piece."""
    while True:
        answered = client.patch(f"/api/uploads/{name}?offset={offset}", data=data[offset : offset + piece])
        offset += piece
        if answered.status_code != 200 or offset >= len(data):
            return answered.status_code, answered.json


def upload(client: FlaskClient, data: bytes, title: str = "my clip.mp4") -> str:
    name = begin(client, data, title)
    status, answered = send(client, name, data)
    assert status == 200, answered
    assert answered["whole"] is True
    return name


def files(options: ServeOptions) -> list[str]:
    assert options.uploads is not None
    return sorted(path.name for path in options.uploads.glob("*"))


def test_a_video_arrives_in_pieces_and_is_a_source(
    client: FlaskClient, playing: Pipeline, stage: Stage, options: ServeOptions
) -> None:
    name = begin(client, CLIP)
    assert files(options) == [f"{name}.json", f"{name}.part"]
    assert client.get("/api/uploads").json["unfinished"][0]["offset"] == 0
    status, whole = send(client, name, CLIP, piece=100_000)
    assert status == 200
    assert (whole["kind"], whole["whole"], whole["bytes"], whole["offset"]) == ("video", True, len(CLIP), len(CLIP))
    assert (whole["title"], whole["image_size"]) == ("my clip.mp4", [1280, 720])
    assert whole["seconds"] > 1
    listed = client.get("/api/uploads").json
    assert listed["uploads"] == [whole]
    assert listed["unfinished"] == []
    assert listed["total_bytes"] == len(CLIP)
    source = f"upload:{name}"
    assert {"source": source, "kind": "upload", "label": "my clip.mp4"} in client.get("/api/sources").json["sources"]
    assert client.put("/api/source", json={"source": source}).status_code == 202
    eventually(lambda: (stage.give(), client.get("/api/state").json["source"] == source)[1])
    assert client.get("/api/state").json["source_label"] == "my clip.mp4"
    assert stage.opened[-1] == source


def test_it_opens_as_what_was_sent(client: FlaskClient, options: ServeOptions) -> None:
    video, image = upload(client, CLIP), upload(client, picture(), "still")
    for name, size in ((video, (720, 1280)), (image, (90, 160))):
        source = open_source(f"upload:{name}", uploads=options.uploads)
        frame = source.read()
        source.close()
        assert source.name == f"upload:{name}"
        assert frame is not None
        assert frame.image.shape[:2] == size
    assert client.get(f"/api/uploads/{image}").json["kind"] == "image"
    assert client.get(f"/api/uploads/{image}").json["seconds"] is None


def test_it_has_a_small_picture(client: FlaskClient) -> None:
    name = begin(client, CLIP)
    assert client.get(f"/api/uploads/{name}/thumbnail.jpg").status_code == 404
    send(client, name, CLIP)
    response = client.get(f"/api/uploads/{name}/thumbnail.jpg", buffered=True)
    assert response.mimetype == "image/jpeg"
    image = cv2.imdecode(np.frombuffer(response.data, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (180, 320, 3)


def test_a_broken_upload_goes_on_where_it_ended(client: FlaskClient, options: ServeOptions) -> None:
    name = begin(client, CLIP, modified=5)
    send(client, name, CLIP[:70_000])
    again = client.post("/api/uploads", json={"name": "my clip.mp4", "size": len(CLIP), "modified": 5}).json
    assert (again["name"], again["offset"]) == (name, 70_000)
    assert client.get(f"/api/uploads/{name}").json["offset"] == 70_000
    assert begin(client, CLIP, modified=6) != name, "another file of that name"
    status, whole = send(client, name, CLIP, 70_000)
    assert (status, whole["whole"]) == (200, True)
    assert options.uploads is not None
    assert (options.uploads / f"{name}.media").read_bytes() == CLIP


@pytest.mark.parametrize("offset", [0, 999, 1001, 10**17])
def test_a_piece_for_another_place_is_refused_and_nothing_is_added(offset: int, client: FlaskClient) -> None:
    name = begin(client, CLIP)
    send(client, name, CLIP[:1000])
    refused = client.patch(f"/api/uploads/{name}?offset={offset}", data=CLIP[offset : offset + 1000])
    assert refused.status_code == 409
    assert refused.json["hint"] == "go on at byte 1000"
    assert client.get(f"/api/uploads/{name}").json["offset"] == 1000


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "９", "1" * 30])
def test_an_offset_is_a_number_of_bytes(offset: str, client: FlaskClient) -> None:
    name = begin(client, CLIP)
    assert client.patch(f"/api/uploads/{name}?offset={offset}", data=b"x").status_code == 400


def test_pieces_and_files_have_limits(client: FlaskClient) -> None:
    name = begin(client, b"x" * 10)
    assert client.patch(f"/api/uploads/{name}?offset=0", data=b"x" * (MAX_PIECE + 1)).status_code == 413
    longer = client.patch(f"/api/uploads/{name}?offset=0", data=b"x" * 11)
    assert longer.status_code == 400
    assert client.get(f"/api/uploads/{name}").json["offset"] == 0
    for size in (0, -1, 1.5, "9", 2**60, None):
        assert client.post("/api/uploads", json={"name": "x", "size": size}).status_code == 400, size


@pytest.mark.parametrize(
    ("title", "data", "said"),
    [
        ("film.mp4", b"no film at all, but text\n" * 40, "the file is no video or image"),
        ("film.mp4", CLIP[:4000], "is cut off"),
        ("film.mp4", bytes(5000), "nothing but zeros"),
        ("film.mp4", os.urandom(5000), "the file is no video or image"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "is no video or image"),
        ("list.mp4", b"#EXTM3U\n#\x00\x01\x02\n#EXTINF:1,\n/etc/passwd.ts\n", "is no video or image"),
        ("list.mp4", b"ffconcat version 1.0\nfile stage.mp4\n", "is no video or image"),
        ("room.mp4", json.dumps({"R": np.eye(3).tolist(), "t": [0, 0, 3]}).encode(), "the file is a camera file"),
    ],
)
def test_what_cannot_be_played_is_refused_by_its_content_and_removed(
    title: str, data: bytes, said: str, client: FlaskClient, options: ServeOptions
) -> None:
    status, refused = send(client, begin(client, data, title), data)
    assert status == 400
    assert said in refused["error"]
    assert refused["hint"]
    assert str(options.uploads) not in json.dumps(refused)
    assert files(options) == []


def test_files_are_examined_in_another_process(
    client: FlaskClient, services: Services, options: ServeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.uploads, "_examine", examine)
    name = upload(client, CLIP)
    assert client.get(f"/api/uploads/{name}").json["image_size"] == [1280, 720]
    text = b"no film at all\n"
    status, refused = send(client, begin(client, text, "film.mp4"), text)
    assert status == 400
    assert refused["error"].startswith("the file is no video or image")


def test_a_decoder_that_crashes_takes_only_the_upload_with_it(
    client: FlaskClient, services: Services, options: ServeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.uploads, "_examine", examine)
    monkeypatch.setattr("engine.children.command", lambda *_: ["sh", "-c", "kill -SEGV $$"])
    status, refused = send(client, begin(client, CLIP), CLIP)
    assert (status, refused["error"]) == (400, "the file cannot be played: its decoder crashes")
    assert files(options) == []


def test_a_lost_last_answer_is_asked_for_again(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ended while it examined the file: an empty piece at the end has it done."""
    name = begin(client, CLIP)
    with monkeypatch.context() as patch:
        patch.setattr(services.uploads, "_examine", lambda *_: 1 / 0)
        assert send(client, name, CLIP)[0] == 500
    assert client.get(f"/api/uploads/{name}").json["offset"] == len(CLIP)
    answered = client.patch(f"/api/uploads/{name}?offset={len(CLIP)}", data=b"")
    assert answered.json["whole"] is True


@pytest.mark.parametrize("name", ["nothing", "..", "../settings", "..%2fsettings", "upload-20260101-000000", "%00"])
def test_names_are_the_servers_own(name: str, client: FlaskClient, options: ServeOptions) -> None:
    assert options.config is not None
    options.config.write_text("{}")
    for method in ("GET", "DELETE", "PATCH"):
        assert client.open(f"/api/uploads/{name}", method=method).status_code == 404, method
    assert client.get(f"/api/uploads/{name}/thumbnail.jpg").status_code == 404
    assert options.config.exists()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\film.mp4", "film.mp4"),
        ("a\u202egpj.exe\x00\n.mp4", "agpj.exe.mp4"),
        ("x" * 500, "x" * 120),
        ("/", "untitled"),
        ("", "untitled"),
        ("Größe ✓.mov", "Größe ✓.mov"),
    ],
)
def test_titles_are_for_people(text: str, title: str, client: FlaskClient) -> None:
    assert clean_title(text) == title
    name = begin(client, b"x", text)
    assert client.get(f"/api/uploads/{name}").json["title"] == title


def test_one_that_plays_is_removed_and_stops(
    client: FlaskClient, playing: Pipeline, stage: Stage, options: ServeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = upload(client, CLIP)
    client.put("/api/source", json={"source": f"upload:{name}"})
    eventually(lambda: (stage.give(), client.get("/api/state").json["source"] == f"upload:{name}")[1])
    eventually(lambda: (stage.give(), client.get("/api/state").json["switching"] is None)[1])
    client.put("/api/source", json={"remember": True})
    opened = len(stage.opened)
    assert client.delete(f"/api/uploads/{name}").status_code == 200
    assert files(options) == []
    eventually(lambda: len(stage.opened) > opened)  # opening it again tells that it is gone
    assert client.get("/api/state").json["start_source"] == "demo"
    with pytest.raises(PosecastError, match=f"there is no 'upload:{name}': it was removed"):
        open_source(f"upload:{name}", uploads=options.uploads)


def test_unfinished_ones_are_removed_when_nothing_comes_for_a_day(
    client: FlaskClient, options: ServeOptions, services: Services
) -> None:
    whole, old = upload(client, picture(), "still.png"), begin(client, CLIP, "old.mp4")
    fresh = begin(client, CLIP, "fresh.mp4")
    assert options.uploads is not None
    (options.uploads / "upload-20200101-000000.jpg").write_bytes(b"left over")
    (options.uploads / "somebody else's").write_bytes(b"stays")
    long_ago = time.time() - STALE_AFTER - 1
    for path in options.uploads.glob("*"):
        if fresh not in path.name:
            os.utime(path, (long_ago, long_ago))
    listed = client.get("/api/uploads").json
    assert [one["name"] for one in listed["unfinished"]] == [fresh]
    assert [one["name"] for one in listed["uploads"]] == [whole]
    assert not [path for path in files(options) if path.partition(".")[0] == old]
    assert "upload-20200101-000000.jpg" not in files(options)
    assert "somebody else's" in files(options)


def test_what_was_uploaded_is_there_after_a_restart(client: FlaskClient, options: ServeOptions) -> None:
    name, half = upload(client, CLIP), begin(client, CLIP, "half.mp4")
    send(client, half, CLIP[:5000])
    assert options.uploads is not None
    later = Uploads(options.uploads, 10**9, lambda: None)
    assert [one["name"] for one in later.listing()] == [name]
    assert [(one["name"], one["offset"]) for one in later.unfinished()] == [(half, 5000)]
    assert list(later.sources()) == [(f"upload:{name}", "my clip.mp4")]


class TestTheLimit:
    @pytest.fixture
    def serving(self) -> dict[str, Any]:
        return {"uploads_limit_bytes": 5_000_000}

    def test_counts_what_is_still_to_come(self, client: FlaskClient) -> None:
        assert client.post("/api/uploads", json={"name": "x", "size": 5_000_001}).status_code == 409
        name = begin(client, b"x" * 3_000_000)
        refused = client.post("/api/uploads", json={"name": "y", "size": 2_000_001})
        assert refused.status_code == 409
        assert "2 MB are left" in refused.json["error"]
        assert "--uploads-limit" in refused.json["hint"]
        client.delete(f"/api/uploads/{name}")
        begin(client, b"x" * 5_000_000)


def test_some_of_the_disk_stays_free(
    client: FlaskClient, options: ServeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = begin(client, CLIP)
    monkeypatch.setattr(module, "SPARE_BYTES", 2**60)
    refused = client.patch(f"/api/uploads/{name}?offset=0", data=CLIP[:1000])
    assert refused.status_code == 409
    assert refused.json["error"] == "the disk of the server is almost full"
    assert client.post("/api/uploads", json={"name": "other", "size": 1}).status_code == 409
    assert client.get(f"/api/uploads/{name}").json["offset"] == 0


def test_a_full_disk_costs_a_piece_and_no_more(
    client: FlaskClient, options: ServeOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = begin(client, CLIP)
    send(client, name, CLIP[:1000])

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a/path/of/the/server")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, *_: Full(path, "r+b"))
        refused = client.patch(f"/api/uploads/{name}?offset=1000", data=CLIP[1000:2000])
    assert refused.status_code == 409
    assert refused.json["error"] == "the upload cannot be kept: No space left on device"
    assert "/a/path" not in json.dumps(refused.json)
    assert client.get(f"/api/uploads/{name}").json["offset"] == 1000
    assert send(client, name, CLIP, 1000)[1]["whole"] is True


def test_a_disk_that_fills_up_leaves_what_had_arrived(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", 400) as disk:
        kept = Files(disk)
        name = kept.create()
        kept.append(name, 0, b"x" * 1000)
        filler = fill(disk)
        with pytest.raises(OSError, match="No space left"):
            kept.append(name, 1000, b"y" * 500_000)
        assert kept.arrived(name) == 1000
        filler.unlink()
        kept.append(name, 1000, b"y" * 100_000)
        assert kept.path(name, ".part").read_bytes() == b"x" * 1000 + b"y" * 100_000


class TestWhoMay:
    @pytest.fixture
    def serving(self) -> dict[str, Any]:
        return PROTECTED

    def test_a_viewer_neither_sends_nor_sees_uploads(self, client: FlaskClient, options: ServeOptions) -> None:
        operator = {"Authorization": f"Bearer {TOKEN}"}
        begun = client.post("/api/uploads", json={"name": "still.png", "size": 3}, headers=operator)
        path = f"/api/uploads/{begun.json['name']}"
        viewer = {"Authorization": f"Bearer {VIEW_TOKEN}"}
        for method, address in (
            ("GET", "/api/uploads"), ("POST", "/api/uploads"), ("GET", path), ("PATCH", f"{path}?offset=0"),
            ("DELETE", path), ("GET", f"{path}/thumbnail.jpg"),
        ):  # fmt: skip
            assert client.open(address, method=method, data=b"abc", headers=viewer).status_code == 403, (
                method,
                address,
            )
        assert client.get(path, headers=operator).json["offset"] == 0

    def test_neither_does_a_page_of_another_site(self, client: FlaskClient, options: ServeOptions) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"}
        assert client.post("/api/uploads", json={"name": "x", "size": 3}, headers=headers).status_code == 403
        assert files(options) == []
