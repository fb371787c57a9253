"""Two hosts near their cameras, one that fuses, two relays: whole processes, which are killed and started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.engine.capture.test_rig import camera_toml, written
from tests.redis_server import RedisServer
from tests.robustness.processes import STARTS_WITHIN, Server, posecast
from tests.webapp.conftest import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "int8")
STAGE = {"left": 0, "right": 1}


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()


class Host:
    """A process that can be killed, and started again."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        folder.mkdir()
        self._start: Callable[[], AbstractContextManager[Any]] = lambda: posecast(folder, *arguments, "--port", "0")
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        self._server = Server(self._running.enter_context(self._start()))

    def kill(self) -> None:
        """As when the machine loses its power."""
        self._running.close()

    def get(self, path: str) -> Any:
        try:
            return self._server.ask("GET", path)
        except HTTPError as error:  # nothing is there yet
            return error.read()


def test_each_may_die_and_comes_back(tmp_path: Path, redis: RedisServer) -> None:
    def serving(name: str, source: str, *more: str) -> Host:
        settings = tmp_path / f"{name}.json"
        settings.write_text("{}")
        known = ("--source", source, "--publish", f"{redis.url}?name={name}", "--config", str(settings), "--no-open")
        return Host(tmp_path / name, "serve", *known, *more)

    cameras = [camera_toml(name, f"{redis.url}?name={name}", number) for name, number in STAGE.items()]
    rig = written(tmp_path, *cameras)
    with ExitStack() as running:
        hosts = {name: serving(name, f"demo:{number}", *FAST) for name, number in STAGE.items()}
        fuser = serving("fuser", rig)
        relays = [Host(tmp_path / f"relay{number}", "relay", f"{redis.url}?name=fuser") for number in range(2)]
        for one in (*hosts.values(), fuser, *relays):
            running.callback(one.kill)

        def seen_by(relay: Host) -> set[str]:
            """The cameras that see the person whom most of them see."""
            scene = relay.get("api/scene")
            people = scene.get("people", []) if isinstance(scene, dict) else []
            return max((set(person.get("views", ())) for person in people), key=len, default=set())

        def frame(relay: Host) -> int:
            scene = relay.get("api/scene")
            return int(scene["frame"]) if isinstance(scene, dict) else -1

        def problem(relay: Host) -> str | None:
            return relay.get("api/state")["stats"]["source_problem"]

        def everybody() -> bool:
            return all(problem(relay) is None and seen_by(relay) == set(STAGE) for relay in relays)

        def moves(relay: Host) -> None:
            before = frame(relay)
            eventually(lambda: frame(relay) > before, STARTS_WITHIN)

        eventually(everybody, 2 * STARTS_WITHIN)

        hosts["right"].kill()
        eventually(lambda: seen_by(relays[0]) == {"left"}, STARTS_WITHIN)
        eventually(lambda: "redis://" in str(fuser.get("api/state")["stats"]["cameras"][1]), STARTS_WITHIN)
        hosts["right"].start()
        eventually(everybody, STARTS_WITHIN)

        relays[0].kill()
        moves(relays[1])
        relays[0].start()
        eventually(everybody, STARTS_WITHIN)

        fuser.kill()
        eventually(lambda: problem(relays[1]) is not None, STARTS_WITHIN)
        fuser.start()
        eventually(everybody, STARTS_WITHIN)

        redis.kill()
        eventually(lambda: problem(relays[1]) is not None, STARTS_WITHIN)
        redis.start()
        eventually(everybody, STARTS_WITHIN)
        for relay in relays:
            moves(relay)
    for said in tmp_path.glob("*/stderr.txt"):
        assert "Traceback" not in said.read_text(), said
