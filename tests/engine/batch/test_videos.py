"""Patterns, and the names that results get."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.videos import find_videos
from engine.errors import PosecastError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("videos/a/1.mp4", "videos/b/1.mp4", "videos/b/[2].mp4", "videos/b/3.mov", "other/1.mp4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def _names(tree: Path, *patterns: str, out: str = "out") -> list[str]:
    return [video.name for video in find_videos([str(tree / pattern) for pattern in patterns], tree / out)]


def test_folders_below_the_fixed_part_are_kept(tree: Path) -> None:
    assert _names(tree, "videos/**/*.mp4") == ["a/1.mp4", "b/1.mp4", "b/[2].mp4"]
    assert _names(tree, "videos/b/*.mp4") == ["1.mp4", "[2].mp4"]
    assert _names(tree, "videos/*/1.*") == ["a/1.mp4", "b/1.mp4"]


def test_several_patterns_keep_what_they_have_in_common(tree: Path) -> None:
    assert _names(tree, "videos/b/*.mov", "other/*.mp4") == ["other/1.mp4", "videos/b/3.mov"]
    assert _names(tree, "videos/**/*.mp4", "videos/b/1.mp4") == ["a/1.mp4", "b/1.mp4", "b/[2].mp4"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tree: Path) -> None:
    assert _names(tree, "videos/b/[2].mp4") == ["[2].mp4"]


def test_results_are_no_inputs(tree: Path) -> None:
    assert _names(tree, "**/*.mp4", out="videos") == ["other/1.mp4"]
    with pytest.raises(PosecastError, match="no files but those in"):
        _names(tree, "videos/**/*.mp4", out="videos")


@pytest.mark.parametrize(
    ("pattern", "error"),
    [
        ("videos", "is a folder.*'.*videos/\\*\\*/\\*.mp4'"),
        ("no.mp4", "there is no file"),
        ("*.avi", "no file matches"),
    ],
)
def test_what_means_nothing_is_said(tree: Path, pattern: str, error: str) -> None:
    with pytest.raises(PosecastError, match=error):
        _names(tree, pattern)
