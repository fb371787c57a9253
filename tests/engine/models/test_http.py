"""Downloading a file from a server that cuts, stalls, corrupts and redirects."""

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
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.tar.gz.part"


@pytest.fixture(autouse=True)
def content(web: Any) -> None:
    web.content = CONTENT


def remote(web: Any) -> RemoteFile:
    return RemoteFile(web.url(), len(CONTENT), hashlib.sha384(CONTENT).hexdigest())


def get(web: Any, target: Path) -> list[int]:
    """Download; the byte counts that were reported."""
    reported: list[int] = []

    def progress(received: int, total: int) -> None:
        assert total == len(CONTENT)
        reported.append(received)

    fetch(remote(web), target, progress, timeout=5)
    assert target.read_bytes() == CONTENT
    return reported


def refused(web: Any, target: Path, *, timeout: float = 5) -> PosecastError:
    """The error, on one line, of a download that leaves nothing."""
    with pytest.raises(PosecastError) as caught:
        fetch(remote(web), target, lambda received, total: None, timeout=timeout)
    assert "\n" not in str(caught.value)
    assert not target.exists()
    return caught.value


def test_a_good_server(web: Any, target: Path) -> None:
    reported = get(web, target)
    assert reported == sorted(reported)
    assert reported[-1] == len(CONTENT)
    assert len(web.requests) == 1


def test_what_a_killed_run_left_is_overwritten(web: Any, target: Path) -> None:
    target.write_bytes(b"?" * (len(CONTENT) + 1))
    get(web, target)


def test_a_user_who_stops_it_finds_nothing_half_written(web: Any, target: Path) -> None:
    def stop(received: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(remote(web), target, stop)
    assert not target.exists()


# --- broken connections ----------------------------------------------------------------------------------------------


def test_a_cut_connection_is_told_and_can_be_repeated(web: Any, target: Path) -> None:
    web.plan = [web.cut(100_000)]
    error = refused(web, target)
    assert "failed after 0.1 of 0.3 MB" in error.error
    assert "run it again" in error.hint
    get(web, target)


def test_a_server_that_falls_silent_is_left(web: Any, target: Path) -> None:
    web.plan = [web.stall(100_000)]
    assert "stopped answering" in refused(web, target, timeout=1.5).error


def test_a_server_that_hangs_up_or_is_not_there(web: Any, target: Path) -> None:
    web.plan = [web.hang_up]
    assert "127.0.0.1 failed after 0.0" in refused(web, target).error
    web.close()
    assert "Connection refused" in refused(web, target).error


# --- wrong content ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 150_000, len(CONTENT) - 1])
def test_a_changed_byte_is_found_and_nothing_kept(web: Any, target: Path, place: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[place] ^= 1
    web.content = bytes(damaged)
    error = refused(web, target)
    assert "SHA-384" in error.error
    assert "not kept" in error.error


def test_a_login_page_of_the_network_is_refused(web: Any, target: Path) -> None:
    web.plan = [web.status(200, body=b"<html>please log in</html>")]
    assert "26 bytes long, not 300000" in refused(web, target).error


def test_more_than_was_promised_is_refused(web: Any, target: Path) -> None:
    web.plan = [web.endless]
    assert "more than 300000 bytes long" in refused(web, target).error


@pytest.mark.parametrize(
    ("code", "message"), [(404, "404 Not Found"), (503, "503 Service Unavailable"), (204, "204"), (206, "206")]
)
def test_other_answers_are_told(web: Any, target: Path, code: int, message: str) -> None:
    web.plan = [web.status(code, body=b"")]
    assert f"127.0.0.1 answers {message}" in refused(web, target).error
    assert len(web.requests) == 1


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307])
def test_redirects_are_followed(web: Any, target: Path, status: int) -> None:
    web.plan = [web.redirect("/elsewhere", status)]
    get(web, target)
    assert [path for path, _ in web.requests] == ["/dir/file.tar.gz", "/elsewhere"]


def test_circles_and_endless_chains_end(web: Any, target: Path) -> None:
    web.plan = [web.redirect("/dir/file.tar.gz")] * 50
    assert "answers 302" in refused(web, target).error
    web.plan = [web.redirect(f"/{index}") for index in range(50)]
    assert "answers 302" in refused(web, target).error
    assert len(web.requests) < 30


@pytest.mark.parametrize("address", ["file:///etc/hostname", "data:,x", "gopher://127.0.0.1/"])
def test_redirects_out_of_the_web_are_refused(web: Any, target: Path, address: str) -> None:
    web.plan = [web.redirect(address)]
    refused(web, target)


def test_a_certificate_that_is_not_trusted_is_refused(
    web: Any, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    web.encrypt(certificate, key)
    assert "certificate" in refused(web, target).error.lower()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    get(web, target)


# --- the disk --------------------------------------------------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_told(web: Any, tmp_path: Path) -> None:
    error = refused(web, tmp_path / "missing" / "file.part")
    assert "cannot write" in error.error
    assert "POSECAST_CACHE" in error.hint


def test_a_full_disk_is_told(web: Any, target: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    target.symlink_to("/dev/full")
    error = refused(web, target)
    assert "No space left" in error.error
    assert "make room" in error.hint
