"""Video files: every frame once, in order, at its own time, upright; and what cannot be read says why."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest

from engine.capture import open_source
from engine.errors import PosecastError
from engine.types import Frame
from tests.engine.capture.clips import SIZE, number_of, rotate_header, steady, write_clip

MEDIA = Path(__file__).parents[3].parent / "shared" / "media"
TIME_STEP = 1 / 600 + 1e-6


def read_all(text: str | Path) -> list[Frame]:
    source = open_source(str(text))
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mjpeg")]
)
def test_every_frame_once_and_in_order(tmp_path: Path, name: str, codec: str) -> None:
    frames = read_all(write_clip(tmp_path / name, steady(40), codec=codec, ticks=30))
    assert [number_of(frame.image) for frame in frames] == list(range(40))
    assert [frame.index for frame in frames] == list(range(40))
    for frame in frames:
        assert frame.image.dtype == np.uint8
        assert frame.image.shape == (SIZE[1], SIZE[0], 3)
        assert frame.image.flags.c_contiguous
        assert frame.truth is None


def test_times_are_those_of_the_file_also_where_they_are_uneven(tmp_path: Path) -> None:
    times = [0.0, 0.01, 0.5, 0.52, 0.9, 2.0, 2.05]
    frames = read_all(write_clip(tmp_path / "uneven.mp4", times))
    assert [number_of(frame.image) for frame in frames] == list(range(len(times)))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=TIME_STEP)


def test_times_begin_at_0_wherever_the_clock_of_the_recording_stood(tmp_path: Path) -> None:
    """Transport streams start anywhere."""
    frames = read_all(write_clip(tmp_path / "late.ts", [5 + time for time in steady(10)]))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(10) / 30, abs=0.001)


def test_colours_are_bgr(tmp_path: Path) -> None:
    frame = read_all(write_clip(tmp_path / "a.mp4", steady(1)))[0]
    np.testing.assert_allclose(frame.image[40, 64], (200, 60, 40), atol=12)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_videos_come_upright(tmp_path: Path, degrees: int) -> None:
    clip = write_clip(tmp_path / "a.mp4", steady(3))
    straight = read_all(clip)
    rotate_header(clip, degrees)
    turned = read_all(clip)
    assert len(turned) == 3
    for a, b in zip(straight, turned, strict=True):
        np.testing.assert_array_equal(np.rot90(a.image, -degrees // 90), b.image)
        assert b.image.flags.c_contiguous


def test_pictures_do_not_wait_in_memory_for_the_search_for_cycles(tmp_path: Path) -> None:
    """A minute of them would take gigabytes."""
    clip = write_clip(tmp_path / "a.mp4", steady(40))
    rotate_header(clip, 90)
    gc.collect()
    gc.disable()
    try:
        with closing(open_source(str(clip))) as source:
            for _ in range(40):
                assert source.read() is not None
            assert sum(type(one) is av.VideoFrame for one in gc.get_objects()) < 10
    finally:
        gc.enable()


def test_what_the_file_announces(tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / "a.mp4", steady(40))))
    assert (source.frame_rate, source.frame_count) == (pytest.approx(30), 40)
    assert (source.live, source.problem, source.camera) == (False, None, None)
    assert source.name == str(tmp_path / "a.mp4")
    source.close()


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_truncated_file_gives_what_is_there_and_a_warning(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = write_clip(tmp_path / name, steady(120))
    if name == "a.mp4":  # the index goes to the front, or nothing is readable at all
        front = tmp_path / "front.mp4"
        subprocess.run(_ffmpeg("-i", whole, "-c", "copy", "-movflags", "+faststart", front), check=True)
        whole = front
    content = whole.read_bytes()
    whole.write_bytes(content[: len(content) * 6 // 10])
    with caplog.at_level(logging.WARNING, "engine.capture"):
        frames = read_all(whole)
    assert 10 < len(frames) < 120
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert "cut off" in caplog.text


def test_damage_in_the_middle_does_not_end_the_video(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_clip(tmp_path / "a.avi", steady(40), codec="mjpeg", ticks=30)
    content = bytearray(clip.read_bytes())
    pictures = [at for at in range(len(content) - 1) if content[at : at + 2] == b"\xff\xd8"]
    size = pictures[21] - 8 - pictures[20]  # the next chunk's header stays
    content[pictures[20] : pictures[20] + size] = bytes(size)
    clip.write_bytes(content)
    with caplog.at_level(logging.WARNING, "engine.capture"):
        frames = read_all(clip)
    assert [number_of(frame.image) for frame in frames] == [k for k in range(40) if k != 20]
    assert "1 damaged" in caplog.text


def test_a_whole_file_gives_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "engine.capture"):
        read_all(write_clip(tmp_path / "a.mkv", steady(40)))
        read_all(write_clip(tmp_path / "a.mp4", steady(40)))
    assert caplog.text == ""


def test_what_is_no_video_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary\n" * 100)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 50)
    subprocess.run(_ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "sound.m4a"), check=True)
    for name in ("notes.txt", "empty.mp4", "noise.mp4", "sound.m4a", "absent.mp4"):
        with pytest.raises(PosecastError, match=name) as caught:
            open_source(str(tmp_path / name))
        assert caught.value.hint


@pytest.mark.parametrize("text", ["", "a" * 5000, "a\0b", "ftp://me:s3cret@host/clip.mp4"])
def test_what_is_no_source_at_all_is_refused(text: str) -> None:
    with pytest.raises(PosecastError) as caught:
        open_source(text)
    assert "s3cret" not in str(caught.value)


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", steady(20))
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', clip, tmp_path / "pipe"]):
        assert [number_of(frame.image) for frame in read_all(tmp_path / "pipe")] == list(range(20))


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=r"hollow\.avi"):
        open_source(str(write_clip(tmp_path / "hollow.avi", [], codec="mjpeg")))


def test_names_are_taken_literally(tmp_path: Path) -> None:
    """No protocol, no numbered sequence, no pattern."""
    latin_1, lines = os.fsdecode(b"caf\xe9.mp4"), "two\nlines.mp4"
    for name in ("http:clip.mp4", "clip%03d.mp4", "clip[1].mp4", "Ä ö.mp4", "-o.mp4", latin_1, lines):
        assert len(read_all(write_clip(tmp_path / "plain.mp4", steady(3)).rename(tmp_path / name))) == 3


def test_playlists_reach_no_network(tmp_path: Path) -> None:
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(PosecastError, match=r"list\.m3u8"):
        open_source(str(tmp_path / "list.m3u8"))


@pytest.mark.skipif(not MEDIA.is_dir(), reason="the shared media are not here")
@pytest.mark.parametrize("name", ["pose2sim_multi_cam01.mp4", "sports2d_demo.mp4", "tfjs_pose_squats.mp4"])
def test_real_footage_agrees_with_ffprobe(name: str) -> None:
    """Frames are counted and timed, not kept: 4K clips would not fit."""
    probe = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json"]
    fields = "frame=best_effort_timestamp_time:stream=width,height"
    output = subprocess.run([*probe, "-show_entries", fields, MEDIA / name], check=True, capture_output=True).stdout
    facts = json.loads(output)
    stream = facts["streams"][0]
    source = open_source(str(MEDIA / name))
    times = []
    while (frame := source.read()) is not None:
        times.append(frame.time)
        assert frame.image.shape == (stream["height"], stream["width"], 3)
    expected = [float(entry["best_effort_timestamp_time"]) for entry in facts["frames"]]
    assert times == pytest.approx(np.array(expected) - expected[0], abs=1e-5)
    assert len(times) == source.frame_count


def _ffmpeg(*arguments: str | Path) -> list[str | Path]:
    program = shutil.which("ffmpeg")
    assert program, "ffmpeg is missing: `make tools` installs it"
    return [program, "-v", "error", "-y", *arguments]


def test_damage_is_told_once_in_a_loop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_clip(tmp_path / "a.mkv", steady(120))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    source = open_source(str(clip), loop=True)
    for _ in range(300):
        assert source.read() is not None
    source.close()
    assert caplog.text.count("cut off") == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"\n<html><body>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        (b"\0\5\x16\7" + bytes(80), "what macOS notes about a file"),
        (bytes(2000), "nothing but zeros"),
    ],
)
def test_files_that_are_something_else_are_told(tmp_path: Path, content: bytes, reason: str) -> None:
    for name in ("a.mp4", "a.jpg"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PosecastError, match=reason):
            open_source(str(tmp_path / name))


def test_a_recording_that_was_not_finished_is_told_from_one_that_is_cut_off(tmp_path: Path) -> None:
    content = write_clip(tmp_path / "whole.mp4", steady(20)).read_bytes()
    index = content.rindex(b"moov") - 4
    for name, part, reason in (
        ("unfinished.mp4", content[:index], r"was not finished: its index \(moov\) is missing"),
        ("cut.mp4", content[: index - 100], "is cut off: 100 bytes are missing"),
    ):
        (tmp_path / name).write_bytes(part)
        with pytest.raises(PosecastError, match=reason):
            open_source(str(tmp_path / name))


def test_videos_after_another_in_one_mp4_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_clip(tmp_path / "a.mp4", steady(5))
    clip.write_bytes(clip.read_bytes() * 2)
    assert len(read_all(clip)) == 5
    assert "contains 2 videos" in caplog.text
