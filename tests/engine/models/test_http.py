"""Fetching a file from a server that cuts, stalls, corrupts, redirects and forgets."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.models.http import RemoteFile, fetch

CONTENT = np.random.default_rng(0).bytes(300_000)
"""Longer than the buffers on the way, so that a cut is seen in the middle."""


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "file.tar.gz.part"


@pytest.fixture(autouse=True)
def content(web: Any) -> None:
    web.content = CONTENT


def remote(web: Any, **changes: Any) -> RemoteFile:
    known = {"url": web.url(), "size": len(CONTENT), "sha384": hashlib.sha384(CONTENT).hexdigest()}
    return RemoteFile(**{**known, **changes})


def get(web: Any, part: Path, **changes: Any) -> list[int]:
    """Fetch; the byte counts that were reported."""
    reported: list[int] = []

    def progress(done: int, total: int) -> None:
        assert total == len(CONTENT)
        reported.append(done)

    fetch(remote(web, **changes), part, progress, timeout=5)
    assert part.read_bytes() == CONTENT
    return reported


def refused(web: Any, part: Path, *, timeout: float = 5, **changes: Any) -> PosecastError:
    with pytest.raises(PosecastError) as caught:
        fetch(remote(web, **changes), part, lambda done, total: None, timeout=timeout)
    assert "\n" not in str(caught.value)
    return caught.value


def ranges(web: Any) -> list[str | None]:
    return [headers.get("Range") for _, headers in web.requests]


def test_a_good_server(web: Any, part: Path) -> None:
    reported = get(web, part)
    assert reported == sorted(reported)
    assert reported[-1] == len(CONTENT)
    assert ranges(web) == [None]
    assert web.requests[0][1]["Accept-Encoding"] == "identity"


def test_what_is_whole_is_not_fetched_again(web: Any, part: Path) -> None:
    part.write_bytes(CONTENT)
    get(web, part)
    assert web.requests == []


# --- broken connections ----------------------------------------------------------------------------------------------


def test_cuts_are_continued_where_they_happened(web: Any, part: Path) -> None:
    web.plan = [web.cut(100_000), web.cut(50_000), web.cut(1)]
    get(web, part)
    assert ranges(web) == [None, "bytes=100000-", "bytes=150000-", "bytes=150001-"]
    assert web.requests[1][1]["If-Range"] == '"one"'


def test_a_cut_without_progress_keeps_what_there_is(web: Any, part: Path) -> None:
    web.plan = [web.cut(100_000), web.cut(0)]
    error = refused(web, part)
    assert "failed after 0.1 of 0.3 MB" in error.error
    assert "run it again" in error.hint
    assert part.read_bytes() == CONTENT[:100_000]
    get(web, part)
    assert ranges(web) == [None, "bytes=100000-", "bytes=100000-"]


def test_a_server_that_always_cuts_is_given_up(web: Any, part: Path) -> None:
    web.plan = [web.cut(10)] * 50
    refused(web, part)
    assert 1 < len(web.requests) < 20


def test_a_server_that_falls_silent_is_left(web: Any, part: Path) -> None:
    web.plan = [web.stall(100_000), web.stall(0)]
    error = refused(web, part, timeout=1.5)
    assert "stopped answering" in error.error
    assert part.read_bytes() == CONTENT[:100_000]
    get(web, part)


def test_a_server_that_hangs_up_or_is_not_there(web: Any, part: Path) -> None:
    web.plan = [web.hang_up]
    assert "127.0.0.1 failed after 0.0" in refused(web, part).error
    web.close()
    assert "Connection refused" in refused(web, part).error
    assert not part.exists()


# --- continuing ------------------------------------------------------------------------------------------------------


def test_a_server_without_ranges_sends_all_again(web: Any, part: Path) -> None:
    web.plan = [web.cut(100_000), web.whole]
    get(web, part)
    assert ranges(web) == [None, "bytes=100000-"]


@pytest.mark.parametrize("honours_if_range", [True, False])
def test_a_file_that_changed_meanwhile_begins_anew(web: Any, part: Path, honours_if_range: bool) -> None:
    web.content = b"x" * len(CONTENT)
    web.plan = [web.cut(100_000), web.cut(0)]
    refused(web, part)
    web.content, web.etag = CONTENT, '"two"'
    tail = CONTENT[100_000:]
    place = {"Content-Range": f"bytes 100000-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"two"'}
    web.plan = [] if honours_if_range else [web.status(206, place, tail)]
    get(web, part)


@pytest.mark.parametrize("etag", [None, 'W/"weak"', "bare", '"a"b"'])
def test_tags_that_promise_nothing_are_not_used(web: Any, part: Path, etag: str | None) -> None:
    web.etag = etag
    web.plan = [web.cut(100_000)]
    get(web, part)
    assert ranges(web) == [None, "bytes=100000-"]
    assert "If-Range" not in web.requests[1][1]


@pytest.mark.parametrize(
    "content_range", ["bytes 0-299999/300000", "bytes 100000-299999/300001", "nonsense", "bytes 99999-299999/300000"]
)
def test_a_range_that_was_not_asked_for_is_not_appended(web: Any, part: Path, content_range: str) -> None:
    part.write_bytes(CONTENT[:100_000])
    web.plan = [web.status(206, {"Content-Range": content_range}, b"?" * 200_000)]
    get(web, part)
    assert ranges(web) == ["bytes=100000-", None]


def test_a_range_the_server_refuses_begins_anew(web: Any, part: Path) -> None:
    part.write_bytes(CONTENT[:100_000])
    web.plan = [web.status(416)]
    get(web, part)
    assert ranges(web) == ["bytes=100000-", None]


def test_a_part_that_is_too_long_begins_anew(web: Any, part: Path) -> None:
    part.write_bytes(CONTENT + b"?")
    get(web, part)
    assert ranges(web) == [None]


# --- wrong content ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 150_000, len(CONTENT) - 1])
def test_a_changed_byte_is_found_and_nothing_kept(web: Any, part: Path, place: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[place] ^= 1
    web.content = bytes(damaged)
    error = refused(web, part)
    assert "SHA-384" in error.error
    assert "not kept" in error.error
    assert list(part.parent.iterdir()) == []
    web.content = CONTENT
    get(web, part)


def test_a_damaged_beginning_of_an_earlier_run_is_found(web: Any, part: Path) -> None:
    part.write_bytes(b"?" * 100_000)
    assert "SHA-384" in refused(web, part).error
    assert list(part.parent.iterdir()) == []


def test_another_length_is_refused_before_anything_is_written(web: Any, part: Path) -> None:
    web.plan = [web.status(200, body=b"<html>please log in</html>")]
    assert "26 bytes long, not 300000" in refused(web, part).error
    assert list(part.parent.iterdir()) == []


def test_more_than_was_promised_is_refused(web: Any, part: Path) -> None:
    web.plan = [web.endless]
    assert "more than 300000 bytes long" in refused(web, part).error
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize(("code", "said"), [(404, "404 Not Found"), (503, "503 Service Unavailable"), (204, "204")])
def test_other_answers_are_told(web: Any, part: Path, code: int, said: str) -> None:
    web.plan = [web.status(code, body=b"")]
    assert f"127.0.0.1 answers {said}" in refused(web, part).error
    assert len(web.requests) == 1
    assert not part.exists()


def test_a_part_nobody_asked_for_is_refused(web: Any, part: Path) -> None:
    web.plan = [web.status(206, {"Content-Range": "bytes 0-4/300000"})]
    assert "answers 206" in refused(web, part).error


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307])
def test_redirects_are_followed_with_the_range(web: Any, part: Path, status: int) -> None:
    part.write_bytes(CONTENT[:100_000])
    web.plan = [web.redirect("/elsewhere", status)]
    get(web, part)
    assert [path for path, _ in web.requests] == ["/dir/file.tar.gz", "/elsewhere"]
    assert ranges(web) == ["bytes=100000-", "bytes=100000-"]


def test_circles_and_endless_chains_end(web: Any, part: Path) -> None:
    web.plan = [web.redirect("/dir/file.tar.gz")] * 50
    assert "answers 302" in refused(web, part).error
    assert len(web.requests) < 10
    web.plan = [web.redirect(f"/{index}") for index in range(50)]
    assert "answers 302" in refused(web, part).error
    assert len(web.requests) < 20


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/hostname", "data:,x", "gopher://127.0.0.1/"])
def test_redirects_out_of_the_web_are_refused(web: Any, part: Path, target: str) -> None:
    web.plan = [web.redirect(target)]
    refused(web, part)
    assert not part.exists()


def test_only_the_web_is_fetched_from(web: Any, part: Path, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(CONTENT)
    assert "unknown url type: file" in refused(web, part, url=(tmp_path / "local").as_uri()).error
    assert not part.exists()


@pytest.fixture
def trusted(web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server on https, with a certificate that this process trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    web.encrypt(certificate, key)
    return web


def test_https_is_followed_to_https_only(trusted: Any, part: Path) -> None:
    trusted.plan = [trusted.redirect(trusted.url("/elsewhere"))]
    get(trusted, part)
    part.unlink()
    trusted.plan = [trusted.redirect(trusted.url("/elsewhere").replace("https", "http"))]
    error = refused(trusted, part)
    assert "redirects from https to http" in error.error
    assert not part.exists()


def test_a_certificate_nobody_vouches_for_is_refused(trusted: Any, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in refused(trusted, part).error.lower()
    assert not part.exists()


# --- the disk --------------------------------------------------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_told(web: Any, tmp_path: Path) -> None:
    error = refused(web, tmp_path / "missing" / "file.part")
    assert "cannot write" in error.error
    assert "POSECAST_CACHE" in error.hint


def test_a_full_disk_is_told(web: Any, part: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    part.symlink_to("/dev/full")
    error = refused(web, part)
    assert "No space left" in error.error
    assert "make room" in error.hint
