"""Addresses are shown without their secrets."""

from __future__ import annotations

import pytest

from engine.capture.address import parse_address, redact, scheme_of
from engine.errors import PosecastError


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


@pytest.mark.parametrize(
    ("text", "url", "secrets"),
    [
        ("RTSP://me:p@ss@Host:554/s", "rtsp://Host:554/s", ("me", "p@ss")),
        ("http://me:p%23s@h/x", "http://h/x", ("me", "p#s")),
        ("http://me@h/x", "http://h/x", ("me", None)),
        ("HTTPS://h/a b?q=ä#part", "https://h/a%20b?q=%C3%A4", (None, None)),
        ("http://[::1]:80/x?mail=a@b", "http://[::1]:80/x?mail=a@b", (None, None)),
        ("http://host:8080/@someone", "http://host:8080/@someone", (None, None)),
        (" http://h ", "http://h", (None, None)),
    ],
)
def test_addresses_are_taken_as_people_paste_them(text: str, url: str, secrets: tuple[str | None, ...]) -> None:
    address = parse_address(text)
    assert address.url == url
    assert (address.user, address.password) == secrets
    assert parse_address(address.full_url) == address


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("http://admin:s3c#ret@h/", "write # as %23"),
        ("http://admin:s3@c#ret@h/", "write # as %23"),
        ("rtsp://admin:123#s3cret@h/", "write # as %23"),
        ("rtsp://admin:s3c/ret@h/", "write / as %2F"),
        ("rtsp://admin:s3c?ret@h/", "write ? as %3F"),
    ],
)
def test_a_password_that_ends_early_is_told_without_showing_it(text: str, hint: str) -> None:
    with pytest.raises(PosecastError) as caught:
        parse_address(text)
    assert caught.value.hint == hint
    assert "s3" not in caught.value.error
    assert "ret" not in caught.value.error
