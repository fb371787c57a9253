"""`posecast.connect` against a real server."""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator
from typing import Any

import pytest

import posecast
from engine.pipeline import Pipeline
from posecast import live
from tests.webapp.conftest import PROTECTED, TOKEN, VIEW_TOKEN, eventually
from tests.webapp.serving import Served
from tests.webapp.stage import Stage
from webapp.services import Services


@pytest.fixture
def serving() -> dict[str, Any]:
    return PROTECTED


@pytest.fixture
def stage() -> Stage:
    return Stage(rate=60)


def scenes_of(address: str, token: str | None = None) -> Generator[posecast.Scene, None, None]:
    return posecast.connect(address, token)


@pytest.mark.parametrize("token", [TOKEN, VIEW_TOKEN])
def test_scenes_come_as_they_are_made(token: str, served: Served, pipeline: Pipeline) -> None:
    scenes = scenes_of(served.url, token)
    frames = [scene.frame for scene in itertools.islice(scenes, 5)]
    assert frames == sorted(set(frames))
    scene = next(scenes)
    assert scene.people[0].joints_3d is not None
    assert scene.people[0].joints_3d.shape == (19, 3)
    scenes.close()


def test_a_printed_link_will_do_and_the_client_leaves_when_the_loop_does(served: Served, services: Services) -> None:
    scenes = scenes_of(f"{served.url}/?token={VIEW_TOKEN}")
    next(scenes)
    eventually(lambda: len(services.broadcaster) == 1)
    scenes.close()
    eventually(lambda: len(services.broadcaster) == 0)


def test_a_slow_loop_gets_the_newest(served: Served, pipeline: Pipeline) -> None:
    scenes = scenes_of(served.url, TOKEN)
    first = next(scenes)
    time.sleep(1.0)
    newest = pipeline.snapshots.newest()
    assert newest is not None
    assert next(scenes).frame > first.frame + 5, "scenes were skipped"
    scenes.close()


def test_a_lost_connection_is_made_again(served: Served, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_RETRY_S", (0.05,))
    scenes = scenes_of(served.url, TOKEN)
    before = next(scenes)
    for sid in list(services.sockets._clients):
        services.sockets.drop(sid)
    eventually(lambda: len(services.broadcaster) == 0)
    later = next(scene for scene in scenes if scene.frame > before.frame and len(services.broadcaster) == 1)
    assert later.people
    scenes.close()


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_wrong_token_is_named(token: str | None, served: Served) -> None:
    with pytest.raises(posecast.PosecastError, match="refuses the connection: a token is needed; check the token"):
        next(scenes_of(served.url, token))


def test_where_no_server_answers_it_says_so() -> None:
    with pytest.raises(posecast.PosecastError, match="no Posecast server answers at http://127"):
        next(scenes_of("http://127.0.0.1:9"))


@pytest.mark.parametrize("address", ["", "192.168.1.5:8000", "ftp://host", "http://", "http://[::1"])
def test_an_address_must_be_one(address: str) -> None:
    with pytest.raises(posecast.PosecastError, match="is not the address of a server"):
        posecast.connect(address)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_NEEDED", ("socketio", "no_such_library"))
    with pytest.raises(posecast.PosecastError, match="pip install 'posecast\\[client\\]'"):
        posecast.connect("http://127.0.0.1:8000")
