"""Real reverse proxies (nginx, Caddy) with the configuration that docs/serving.md shows, on a port of their own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVING = Path(__file__).parents[2] / "docs" / "serving.md"
_STARTS_WITHIN_S = 20
_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {block}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https off
    storage file_system {folder}/storage
}}
{block}
"""


def blocks(language: str) -> list[str]:
    """The code blocks of docs/serving.md in that language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", SERVING.read_text(encoding="utf-8"), re.DOTALL)


@contextmanager
def nginx(folder: Path, server_port: int, host: str = "$http_host") -> Iterator[str]:
    """The address of the dashboard behind nginx, under the sub-path of the documented block.

    `host`: another variable in place of the documented one, to be refused with.
    """
    (block,) = blocks("nginx")
    block = block.replace("$http_host", host)
    port = _free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    text = _NGINX.format(folder=folder, port=port, user=user, block=block.replace(":8000", f":{server_port}"))
    configuration = folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    with _running([_program("nginx"), "-c", str(configuration), "-p", str(folder)], port):
        yield f"http://127.0.0.1:{port}/cam/"


@contextmanager
def caddy(folder: Path, server_port: int, *, sub_path: bool) -> Iterator[str]:
    """The address of the dashboard behind Caddy, at the root or under the sub-path of the documented blocks."""
    block = blocks("caddy")[1 if sub_path else 0]
    port = _free_port()
    block = re.sub(r"^\S*example\.org", f"http://127.0.0.1:{port}", block).replace(":8000", f":{server_port}")
    configuration = folder / "Caddyfile"
    configuration.write_text(_CADDY.format(folder=folder, block=block), encoding="utf-8")
    with _running([_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(configuration)], port):
        yield f"http://127.0.0.1:{port}/{'cam/' if sub_path else ''}"


def installed(name: str) -> bool:
    return _found(name) is not None


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


def _program(name: str) -> str:
    found = _found(name)
    assert found is not None
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=_STARTS_WITHIN_S)


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + _STARTS_WITHIN_S
    while not _listens(port):
        if time.monotonic() > end or process.poll() is not None:
            process.kill()
            raise AssertionError(f"the proxy does not listen: {process.communicate()[1]}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
