"""Static files are compressed and kept by browsers; other answers are compressed where that is worth it."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.routes.assets import static_version

GZIP = {"Accept-Encoding": "gzip, br"}
STATIC = Path(__file__).parents[3] / "webapp" / "static"


@pytest.mark.parametrize("path", ["js/main.js", "css/base.css", "img/favicon.svg", "vendor/vendor.js"])
def test_static_files_travel_compressed(path: str, client: FlaskClient) -> None:
    whole = (STATIC / path).read_bytes()
    plain = client.get(f"/static/{path}", buffered=True, headers={"Accept-Encoding": "identity"})
    assert plain.data == whole
    assert "Content-Encoding" not in plain.headers
    packed = client.get(f"/static/{path}", buffered=True, headers=GZIP)
    if len(whole) < 600:
        assert packed.data == whole
        return
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < 0.7 * len(whole)
    assert gzip.decompress(packed.data) == whole
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    again = client.get(f"/static/{path}", buffered=True, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_pages_name_a_version_that_browsers_keep(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r'(?:href|src)="(static/v-[0-9a-f]{12}/[^"]+)"', page)
    assert len(addresses) == page.count('="static/') >= 4
    for address in addresses:
        response = client.get(f"/{address}", buffered=True)
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
    assert "immutable" not in client.get("/static/js/main.js", buffered=True).headers["Cache-Control"]
    assert client.get("/static/v-0123456789ab/js/none.js").status_code == 404
    assert client.get("/static/v-0123456789ab/../../app.py").status_code == 404


def test_the_version_follows_the_files(app: Flask, tmp_path: Path) -> None:
    script = tmp_path / "main.js"
    script.write_text("1")
    app.static_folder = str(tmp_path)
    before = static_version(app)
    assert static_version(app) == before
    os.utime(script, ns=(1, 1))
    assert static_version(app) != before


def test_json_is_compressed_where_it_is_long(client: FlaskClient) -> None:
    long = client.get("/api/openapi.json", headers=GZIP)
    assert gzip.decompress(long.data).startswith(b"{")
    assert "Content-Encoding" not in client.get("/api/openapi.json", headers={"Accept-Encoding": "gzip;q=0"}).headers
    assert "Content-Encoding" not in client.get("/api/extrinsics/none-such", headers=GZIP).headers
    assert "Content-Encoding" not in client.head("/api/openapi.json", headers=GZIP).headers


def test_pages_load_the_bundle_of_these_very_sources(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    assert '/bundled/js/main.js"' in client.get("/").text
    app.static_folder = str(tmp_path / "static")
    shutil.copytree(STATIC, app.static_folder)
    (tmp_path / "static" / "js" / "main.js").write_text("// changed")
    page = client.get("/").text
    assert '/js/main.js"' in page
    assert "/bundled/" not in page
