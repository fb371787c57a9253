"""Network streams over the loopback: cameras that stall, break off and come back; children that hang or die."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from engine.capture import open_source
from engine.capture.network import open_stream
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.types import Frame, FrameSource
from tests.engine.capture.clips import number_of, steady, write_clip
from tests.engine.capture.rtsp import RtspCamera
from tests.engine.capture.servers import MjpegCamera, free_port, serving_files
from tests.engine.capture.test_video import _ffmpeg, read_all

QUICK = Timing(open_s=4, read_s=0.5, opening_s=30, silence_s=2, first_retry_s=0.02, longest_retry_s=0.1)
ONCE = replace(QUICK, open_s=10, read_s=5, silence_s=8)
"""For ffmpeg as a server: it ends with its first viewer, who must not leave because the machine is busy."""
WAIT_S = 30.0


@pytest.fixture
def begin() -> Iterator[Callable[..., MjpegCamera]]:
    """Begins a camera, which stops at the end: a thread that serves would keep Python from ending."""
    with ExitStack() as stack:

        def new(**options: object) -> MjpegCamera:
            camera = MjpegCamera(**options)  # type: ignore[arg-type]
            stack.callback(camera.stop)
            return camera

        yield new


@pytest.fixture
def camera(begin: Callable[..., MjpegCamera]) -> MjpegCamera:
    return begin()


@pytest.fixture
def rtsp() -> Iterator[RtspCamera]:
    camera = RtspCamera()
    yield camera
    camera.stop()


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No child, zombies included, no descriptor and no thread survives a test."""
    descriptors = _descriptors()
    yield
    assert not _children()
    assert _descriptors() <= descriptors
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("posecast")]


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if _is_reader(child)]


def _is_reader(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_ZOMBIE or any("network.child" in word for word in process.cmdline())


def _descriptors() -> int:
    return psutil.Process().num_fds()


def _read(source: FrameSource) -> Frame:
    frame = source.read()
    assert frame is not None
    return frame


@contextmanager
def _reading(source: FrameSource) -> Iterator[None]:
    """Read without pause, as the pipeline does; the source is closed at the end."""

    def read_all_frames() -> None:
        while source.read() is not None:
            pass

    reader = threading.Thread(target=read_all_frames)
    reader.start()
    try:
        yield
    finally:
        source.close()
        reader.join(WAIT_S)


def _wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        threading.Event().wait(0.005)


def test_a_camera_gives_its_newest_pictures(camera: MjpegCamera) -> None:
    source = open_stream(camera.url, timing=QUICK)
    frames = [_read(source) for _ in range(10)]
    source.close()
    assert (source.live, source.problem, source.frame_count) == (True, None, None)
    assert all(b.index > a.index and b.time > a.time for a, b in pairwise(frames))
    numbers = [number_of(frame.image) for frame in frames]
    steps = [(b - a) % 256 for a, b in pairwise(numbers)]
    assert steps == [b.index - a.index for a, b in pairwise(frames)], "none is torn"


def test_a_camera_that_stalls_is_left_and_found_again(camera: MjpegCamera) -> None:
    source = open_stream(camera.url, timing=QUICK)
    _read(source)
    with _reading(source):
        camera.stalled.set()
        _wait_until(lambda: source.problem, "the stall is noticed")
        assert source.problem == "no answer within 0.5 s; trying again"
        camera.stalled.clear()
        _wait_until(lambda: source.problem is None, "pictures again")
        _read(source)


def test_an_rtsp_camera_is_read_over_tcp_and_found_again_after_a_stall(rtsp: RtspCamera) -> None:
    source = open_stream(rtsp.url, timing=QUICK)
    frames = [_read(source) for _ in range(20)]
    numbers = [number_of(frame.image) for frame in frames]
    steps = [(b - a) % 250 for a, b in pairwise(numbers)]
    assert steps == [b.index - a.index for a, b in pairwise(frames)], "pictures are whole, none comes twice"
    assert all("TCP" in transport for transport in rtsp.transports)
    with _reading(source):
        rtsp.stalled.set()
        _wait_until(lambda: source.problem, "the stall is noticed")
        rtsp.stalled.clear()
        _wait_until(lambda: source.problem is None, "pictures again")


def test_an_rtsp_camera_that_offers_udp_only_is_read_over_udp() -> None:
    camera = RtspCamera(udp_only=True)
    try:
        source = open_source(camera.url.replace("rtsp", "RTSP"))
        _read(source)
        source.close()
    finally:
        camera.stop()
    assert "TCP" in camera.transports[0], "tried first"
    assert "client_port" in camera.transports[-1]


def test_a_child_that_keeps_crashing_is_given_up_with_the_signal(camera: MjpegCamera) -> None:
    source = open_stream(camera.url, timing=QUICK)
    reason = "the process that reads it died (SIGSEGV), 5 times within a minute: it is not tried again"
    with _reading(source):
        for _ in range(5):
            _wait_until(lambda: source.problem is None and _children(), "it reads")
            _children()[0].send_signal(signal.SIGSEGV)
            _wait_until(lambda: source.problem, "it is noticed")
        _wait_until(lambda: source.problem == reason, "it is given up")


def test_a_camera_that_breaks_off_and_comes_back(
    begin: Callable[..., MjpegCamera], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "engine.capture")
    first = begin()
    source = open_stream(first.url, timing=QUICK)
    before = _read(source)
    with _reading(source):
        first.stop()
        _wait_until(lambda: source.problem == "connection refused; trying again", "the loss is noticed")
        begin(port=first.port)
        _wait_until(lambda: source.problem is None, "pictures again")
        after = _read(source)
        assert after.index > before.index
        assert after.time > before.time
    assert "pictures again" in caplog.text


@pytest.mark.parametrize("blow", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "dies"])
def test_a_child_that_hangs_or_dies_is_replaced(camera: MjpegCamera, blow: signal.Signals) -> None:
    source = open_stream(camera.url, timing=QUICK)
    _read(source)
    with _reading(source):
        (child,) = _children()
        child.send_signal(blow)
        _wait_until(lambda: source.problem, "it is noticed")
        _wait_until(lambda: source.problem is None, "another one reads")
        _read(source)
        assert not psutil.pid_exists(child.pid)


def test_a_refused_connection_is_an_error() -> None:
    for scheme in ("http", "rtsp"):
        with pytest.raises(PosecastError, match="connection refused"):
            open_source(f"{scheme}://127.0.0.1:{free_port()}/live")


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary\n" * 100)
    (tmp_path / "page.html").write_text("<html>")
    with serving_files(tmp_path) as address:
        for name, reason in (
            ("notes.txt", "not send a video"),
            ("page.html", "not a video"),
            ("absent.mp4", "nothing at this"),
        ):
            with pytest.raises(PosecastError, match=reason):
                open_stream(f"{address}/{name}", timing=QUICK)


def test_passwords_show_nowhere(begin: Callable[..., MjpegCamera], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    camera = begin(password="s3cret")
    address = camera.url.replace("http://", "http://me:wrong-s3cret@")
    with pytest.raises(PosecastError, match="user name and a password") as caught:
        open_stream(address, timing=QUICK)
    source = open_stream(address.replace("wrong-", ""), timing=QUICK)
    _read(source)
    (child,) = _children()
    said = [str(caught.value), source.name, *child.cmdline(), *child.environ().values()]
    with _reading(source):
        camera.stop()
        _wait_until(lambda: source.problem, "the loss is noticed")
    for text in (*said, str(source.problem), caplog.text):
        assert "s3cret" not in text
    assert source.name == f"http://***@127.0.0.1:{camera.port}/live.mjpg"


def test_close_ends_a_read_that_waits(camera: MjpegCamera) -> None:
    source = open_stream(camera.url, timing=Timing())
    _read(source)
    camera.stalled.set()
    results: list[Frame | None] = []

    def read_to_the_end() -> None:
        while results[-1:] != [None]:
            results.append(source.read())

    reader = threading.Thread(target=read_to_the_end)
    reader.start()
    began = time.monotonic()
    source.close()
    took = time.monotonic() - began
    reader.join(WAIT_S)
    assert results[-1] is None
    assert took < 2.0, "the bound of close"


def test_a_file_behind_an_address_gives_every_frame(tmp_path: Path) -> None:
    local = write_clip(tmp_path / "a.mkv", steady(50))
    with serving_files(tmp_path) as address:
        source = open_stream(f"{address}/a.mkv", timing=QUICK)
        assert (source.live, source.frame_rate) == (False, pytest.approx(30))
        frames = [_read(source) for _ in range(50)]
        assert source.read() is None
        source.close()
    assert [number_of(frame.image) for frame in frames] == list(range(50))
    assert [frame.time for frame in frames] == [frame.time for frame in read_all(local)]


def test_a_file_behind_an_address_can_be_played_in_a_loop(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mkv", steady(5))
    with serving_files(tmp_path) as address:
        source = open_stream(f"{address}/a.mkv", realtime=True, loop=True, timing=QUICK)
        assert source.live
        frames = [_read(source)]
        while frames[-1].index < 6:
            frames.append(_read(source))
        source.close()
    assert [number_of(frame.image) for frame in frames] == [frame.index % 5 for frame in frames]
    assert source.read() is None


def test_a_transport_stream_pushed_by_ffmpeg() -> None:
    """As encoders offer it: one client, no length, no end."""
    address = f"http://127.0.0.1:{free_port()}/live.ts"
    pattern = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30"]
    encoder = ["-c:v", "libx264", "-tune", "zerolatency", "-g", "15", "-f", "mpegts", "-listen", "1"]
    with subprocess.Popen(_ffmpeg(*pattern, *encoder, address)) as server:
        try:
            source = _open_when_ready(address)
            frames = [_read(source) for _ in range(5)]
            source.close()
        finally:
            server.kill()
    assert source.live
    assert {frame.image.shape for frame in frames} == {(240, 320, 3)}


def _open_when_ready(address: str) -> FrameSource:
    found: list[FrameSource] = []

    def opens() -> bool:
        with suppress(PosecastError):
            found.append(open_stream(address, timing=ONCE))
        return bool(found)

    _wait_until(opens, "ffmpeg does not serve")
    return found[0]


def test_the_child_ends_with_the_program_that_started_it(camera: MjpegCamera) -> None:
    program = (
        "import sys, os\n"
        "from engine.capture import open_source\n"
        "source = open_source(sys.argv[1])\n"
        "assert source.read() is not None\n"
        "print('reading', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, camera.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "reading\n"
        (child,) = psutil.Process(parent.pid).children()
        os.kill(parent.pid, signal.SIGKILL)
    _wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the child ends too")


def test_the_child_loads_no_network() -> None:
    heavy = ("torch", "openvino", "onnxruntime", "flask")
    program = f"import sys, engine.capture.network.child; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"
