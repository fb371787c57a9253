"""No text from a client becomes a path: a corpus of paths is sent to every route, while Python lists what is opened."""

from __future__ import annotations

import io
import json
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

import webapp
from engine.pipeline import Pipeline
from tests.robustness.watch import RUNNING, watched
from tests.webapp.stage import Stage
from webapp.access.options import ServeOptions

CANARY = "the-canary-sings-outside"
CORPUS = (
    "../outside/canary", "../../etc/passwd", "../" * 30 + "etc/passwd", "/etc/passwd", "//etc/passwd",
    "file:///etc/passwd", "....//....//etc/passwd", "..\\..\\etc\\passwd", "C:\\Windows\\win.ini", "\\\\host\\share\\x",
    "~/.ssh/id_rsa", "~root/x",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%252f..%252fetc/passwd", "%c0%ae%c0%ae/etc/passwd", "．．／etc／passwd",
    "canary\x00.json", "recording-20261122-215500/../../outside/canary", "recording-20261122-215500\x00/../canary",
    "recording:../outside/canary", "recording:/etc/passwd", "recording-20261122-215500.jsonl/../../outside/canary",
    "/proc/self/environ", "/dev/zero", "/dev/stdin", ".", "..", "/", "-", "$HOME/x", "`id`", "$(id)", "|id", "; id",
    "con", "nul", "a" * 5000, "{OUTSIDE}", "{OUTSIDE}#a", "file://{OUTSIDE}", "concat:{OUTSIDE}", "data:text/plain,x",
    "subfile,,start,0,end,9,,:{OUTSIDE}", "http://169.254.169.254/latest/meta-data", "rtsp://127.0.0.1:1/x", "pipe:0",
)  # fmt: skip


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that no client may read, beside the folder of the recordings."""
    (tmp_path / "outside").mkdir()
    path = tmp_path / "outside" / "canary"
    path.write_text(json.dumps({"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 0, 3], "name": CANARY}))
    return path


def allowed(path: str, options: ServeOptions) -> bool:
    """Whether the server has reason to open this file by itself."""
    real = Path(path).resolve()
    assert options.recordings is not None
    assert options.config is not None
    assert options.uploads is not None
    own = (options.recordings, options.uploads, Path(webapp.__file__).parent)
    # Modules are imported, and templates compiled, when they are first needed.
    code = (
        Path(sys.base_prefix) / "lib",
        Path(sysconfig.get_paths()["purelib"]),
        Path(webapp.__file__).parents[1] / "engine",
    )
    system = (Path("/sys/class/video4linux"), Path("/proc/version"), Path("/etc/mime.types"))
    return (
        any(real.is_relative_to(folder.resolve()) for folder in (*own, *code, *system))
        or real == options.config.resolve().parent  # is made where it is not there
        or (
            real.parent == options.config.resolve().parent
            and real.name.startswith((options.config.name, "cameras.json"))
        )
        or (real.parent == Path("/dev") and real.name.startswith("video"))
    )


def requests(client: FlaskClient, path: str) -> Iterator[tuple[int, bytes]]:
    """Everything a client can put a path into."""
    encoded = quote(path, safe="")

    def send(method: str, address: str, **more: object) -> tuple[int, bytes]:
        response = client.open(address, method=method, **more)  # type: ignore[arg-type]
        try:
            return response.status_code, response.get_data()
        finally:
            response.close()

    for name in (encoded, quote(path)):
        for method in ("GET", "DELETE"):
            yield send(method, f"/api/recordings/{name}")
        for kind in ("csv", "mp4", encoded):
            yield send("GET", f"/api/recordings/{name}?format={kind}")
            yield send(method, f"/api/uploads/{name}")
        yield send("GET", f"/api/uploads/{name}/thumbnail.jpg")
        yield send("PATCH", f"/api/uploads/{name}?offset=0", data=b"x")
        yield send("GET", f"/static/{name}")
        yield send("GET", f"/static/js/{name}")
        yield send("GET", f"/static/../{name}")
        yield send("GET", f"/{name}")
    for key in ("model", "extrinsics", "source", "device", "backend", "precision", "up", "config", "recordings"):
        yield send("PUT", "/api/settings", json={key: path})
    for source in (path, f"upload:{path}", f"recording:{path}"):
        yield send("PUT", "/api/source", json={"source": source})
    yield send("POST", "/api/uploads", json={"name": path, "size": 3})
    yield send("PUT", "/api/backend", json={"name": path, "device": path, "precision": path})
    yield send("PUT", "/api/comparison", json={"name": path})
    yield send("POST", "/api/recordings", json={"record": path, "video": path, "name": path})
    for preview in ("0", "1"):
        yield send("PUT", f"/api/extrinsics?preview={preview}&camera={encoded}&filename={encoded}", data=b"{}")
    yield send("PUT", "/api/extrinsics", data={"file": (io.BytesIO(b"{}"), path)})
    yield send("PUT", "/api/extrinsics", data={"file": path})
    yield send("GET", f"/snapshot.jpg?view={encoded}")
    yield send("GET", f"/?token={encoded}")
    yield send("POST", "/login", data={"token": path, "next": path})
    yield send("GET", f"/socket.io/?EIO=4&transport={encoded}&sid={encoded}")
    yield send("GET", "/", headers={"Cookie": f"session={encoded}", "X-Sendfile": encoded, "X-Original-URL": encoded})


ADDRESSES = {text for text in CORPUS if text.startswith(("http://", "rtsp://"))}
"""What an operator may have the server open, unless it was started with --no-addresses."""


@pytest.fixture(params=[True, False], ids=["addresses", "no addresses"])
def options(request: pytest.FixtureRequest, options: ServeOptions) -> ServeOptions:
    return replace(options, addresses=request.param)


def test_no_path_from_a_client_is_opened(
    outside: Path, options: ServeOptions, client: FlaskClient, stage: Stage, playing: Pipeline
) -> None:
    client.get("/")  # compiles the templates
    for text in CORPUS:
        with watched() as touched:
            for status, body in requests(client, text.replace("{OUTSIDE}", str(outside))):
                assert status < 500 or status == 503, text[:99]
                assert CANARY.encode() not in body, text[:99]
                assert b"root:x:" not in body, text[:99]
        assert [one for one in touched if one[0] in RUNNING] == [], text
        assert [one for one in touched if one[0] not in RUNNING and not allowed(one[1], options)] == [], text
    assert outside.is_file()
    assert set(stage.opened) <= {"demo", *(ADDRESSES if options.addresses else ())}


def test_the_watch_is_awake(outside: Path, options: ServeOptions) -> None:
    with watched() as touched:
        outside.read_text()
    assert ("open", str(outside)) in touched
    assert not allowed(str(outside), options)
