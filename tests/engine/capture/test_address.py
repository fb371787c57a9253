"""Addresses are shown without their secrets."""

from __future__ import annotations

import pytest

from engine.capture.address import scheme_of
from engine.redaction import redact


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.5:554/live", "rtsp://***@10.0.0.5:554/live"),
        ("RTSP://admin:s3cret@cam/live", "RTSP://***@cam/live"),
        ("http://token@cam/video", "http://***@cam/video"),
        ("rtsp://admin:p@ss@cam/live", "rtsp://***@cam/live"),
        ("rtsp://admin:p/a#s?s@cam:554/live", "rtsp://***@cam:554/live"),
        ("rtsp://cam/user=admin&password=s3cret&channel=1", "rtsp://cam/user=***&password=***&channel=1"),
        ("http://cam/mjpg?pwd=s3cret&res=hd#x", "http://cam/mjpg?pwd=***&res=hd#x"),
        ("http://cam/video?access_token=s3cret", "http://cam/video?access_token=***"),
        ("http://cam:8080/@here/video.mp4", "http://cam:8080/@here/video.mp4"),
        ("http://cam/video.mp4", "http://cam/video.mp4"),
        ("cannot open rtsp://a:s3cret@cam/1, rtsp://b:s3cret@cam/2", "cannot open rtsp://***@cam/1, rtsp://***@cam/2"),
        ("/home/me/password=1/clip.mp4", "/home/me/password=1/clip.mp4"),
        ("demo", "demo"),
    ],
)
def test_redact(address: str, shown: str) -> None:
    assert redact(address) == shown
    assert redact(shown) == shown


def test_scheme() -> None:
    assert scheme_of("RTSP://cam") == "rtsp"
    assert scheme_of("clip.mp4") is None
