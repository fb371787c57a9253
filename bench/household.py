"""Simulates an active user of the dashboard: switches, uploads, settings and recordings in turn."""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import PosecastError

CAMERA = {"R": [[1, 0, 0], [0, -1, 0], [0, 0, -1]], "t": [0, 100, 300]}
"""A camera file in centimetres, as the reference's."""
_SWITCH_S = 120.0
_LOOK_S = 0.1


class Household:
    """Performs one action per `act` and waits for its effect; `refused` lists those that failed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.done: Counter[str] = Counter()
        self.refused: list[str] = []
        self._backends: itertools.cycle[str] | None = None
        self._sources: itertools.cycle[str] | None = None
        self._smoothing = itertools.cycle((False, True))
        self._acts: itertools.cycle[Callable[[], str]] = itertools.cycle(
            (self._switch_backend, self._send_camera, self._record, self._switch_source, self._take_camera_back,
             self._change_setting, self._stop_recording)
        )  # fmt: skip

    def wait_until_running(self, seconds: float) -> None:
        """Wait until there are scenes, and find out which backends and sources can be switched to."""
        deadline = time.monotonic() + seconds
        while (state := self._ask("GET", "api/state"))["stats"]["processed"] < 1 or state["switching"]:
            if time.monotonic() > deadline:
                raise PosecastError(f"not ready after {seconds:g} s", "see what it printed")
            time.sleep(_LOOK_S)
        backends = [one["name"] for one in self._ask("GET", "api/backends")["backends"] if one["available"]]
        begun = state["backend"]["name"]
        self._backends = itertools.cycle([*(name for name in backends if name != begun), begun])
        listed = [one["source"] for one in self._ask("GET", "api/sources")["sources"]]
        self._sources = itertools.cycle([one for one in listed if not one.isdecimal()])

    @contextmanager
    def at_home(self, every_s: float) -> Iterator[None]:
        """Act every `every_s` seconds, in a thread, while the block runs."""
        leave = threading.Event()

        def live() -> None:
            while not leave.wait(every_s):
                self.act()

        thread = threading.Thread(target=live, name="household")
        thread.start()
        try:
            yield
        finally:
            leave.set()
            thread.join()

    def act(self) -> None:
        """The next thing."""
        act = next(self._acts)
        try:
            self.done[act()] += 1
        except (OSError, PosecastError) as error:
            self.refused.append(f"{act.__name__.strip('_')}: {error}")

    def _switch_backend(self) -> str:
        assert self._backends is not None
        name = next(self._backends)
        self._ask("PUT", "api/backend", {"name": name})
        self._settle(lambda state: state["backend"]["name"] == name, f"the switch to {name}")
        return "backend"

    def _switch_source(self) -> str:
        assert self._sources is not None
        source = next(self._sources)
        self._ask("PUT", "api/source", {"source": source})
        self._settle(lambda state: state["source"] == source, f"the switch to {source}")
        return "source"

    def _send_camera(self) -> str:
        self._ask("PUT", "api/extrinsics", CAMERA)
        return "upload"

    def _take_camera_back(self) -> str:
        self._ask("DELETE", "api/extrinsics")
        return "upload taken back"

    def _change_setting(self) -> str:
        self._ask("PUT", "api/settings", {"smoothing": next(self._smoothing)})
        return "setting"

    def _record(self) -> str:
        self._ask("POST", "api/recordings", {"record": True, "video": True})
        return "recording"

    def _stop_recording(self) -> str:
        self._ask("POST", "api/recordings", {"record": False})
        for one in self._ask("GET", "api/recordings")["recordings"]:
            self._ask("DELETE", f"api/recordings/{one['name']}")
        return "recording deleted"

    def _settle(self, reached: Callable[[dict[str, Any]], bool], what: str) -> None:
        deadline = time.monotonic() + _SWITCH_S
        while (state := self._ask("GET", "api/state"))["switching"] or not reached(state):
            if time.monotonic() > deadline or (not state["switching"] and not reached(state)):
                raise PosecastError(f"{what} had no effect", f"it is {state['backend']} on {state['source']}")
            time.sleep(_LOOK_S)

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The answer's JSON, {} if it has none; PosecastError for a refusal."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}", data=data, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer: dict[str, Any] = json.loads(response.read() or b"{}")
                return answer
        except urllib.error.HTTPError as error:
            raise PosecastError(f"{method} /{path}: {error.code} {error.read()[:200].decode()}") from error
