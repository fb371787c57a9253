"""`GET /metrics`, read by Prometheus's own parser."""

from __future__ import annotations

import logging
import sys

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY, Metric
from prometheus_client.parser import text_string_to_metric_families

from engine.errors import PosecastError
from engine.pipeline import Pipeline, Stats
from engine.types import BackendInfo
from tests.webapp.conftest import eventually, show
from tests.webapp.recording.test_recordings import record
from tests.webapp.stage import Stage
from webapp.monitoring.metrics import ERROR_KINDS, ErrorCounter, Metrics
from webapp.services import Services

FROM_LINUX = {"process_resident_memory_bytes", "process_open_fds", "process_threads"}
STAGES = {"capture", "preprocess", "infer", "decode", "lift", "fit", "track"}


def families(text: str) -> dict[str, Metric]:
    found = list(text_string_to_metric_families(text))
    assert len({family.name for family in found}) == len(found), "a family is told twice"
    return {family.name: family for family in found}


def value(told: dict[str, Metric], family: str, sample: str | None = None, **labels: str) -> float:
    (only,) = [s for s in told[family].samples if s.name == (sample or family) and s.labels == labels]
    return only.value


def ask(client: FlaskClient) -> dict[str, Metric]:
    response = client.get("/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return families(response.get_data(as_text=True))


def test_what_a_running_server_tells(client: FlaskClient, stage: Stage, playing: Pipeline) -> None:
    for _ in range(3):
        show(stage, playing)
    eventually(lambda: len(ask(client)["posecast_stage_duration_seconds"].samples) > 0)
    told = ask(client)
    assert value(told, "posecast_up") == 1
    assert value(told, "posecast_frames_processed", "posecast_frames_processed_total") >= 4
    assert value(told, "posecast_frames_captured", "posecast_frames_captured_total") >= 4
    assert value(told, "posecast_frames_dropped", "posecast_frames_dropped_total") >= 0
    assert value(told, "posecast_people") == 1
    assert value(told, "posecast_viewers", kind="socket") == value(told, "posecast_viewers", kind="stream") == 0
    assert told["posecast_backend_info"].samples[0].labels == {
        "backend": "openvino",
        "device": "CPU",
        "precision": "bf16",
    }
    assert {sample.labels["stage"] for sample in told["posecast_stage_duration_seconds"].samples} == STAGES
    assert {sample.labels["kind"] for sample in told["posecast_errors"].samples} == set(ERROR_KINDS)
    for family in told.values():
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram")


def test_a_replay_is_no_work_of_this_machine(
    client: FlaskClient, stage: Stage, playing: Pipeline, services: Services
) -> None:
    def replayed() -> int:
        newest = services.broadcaster._newest
        return newest[0] if newest is not None and newest[1].replayed else 0

    def work() -> tuple[float, dict[str, float]]:
        name = "posecast_stage_duration_seconds"
        services.costs.observe(playing.state())
        return value(ask(client), name, f"{name}_count", stage="infer"), services.costs.of("openvino")

    name = record(client, stage, playing, 3)
    client.put("/api/source", json={"source": f"recording:{name}"})
    eventually(replayed)
    before, first = work(), replayed()
    eventually(lambda: replayed() > first + 40)
    assert work() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell all of it")
def test_what_the_process_takes(client: FlaskClient, playing: Pipeline) -> None:
    told = ask(client)
    assert value(told, "process_resident_memory_bytes") > 20e6
    assert 3 <= value(told, "process_open_fds") < 10_000
    assert value(told, "process_threads") >= value(told, "posecast_threads") >= 3
    assert value(told, "process_cpu_seconds", "process_cpu_seconds_total") > 0


@pytest.mark.parametrize("seconds", [[], [0.0], [0.06, 9.0, 0.05, 0.0501]])
def test_histograms_are_cumulative_and_complete(seconds: list[float]) -> None:
    metrics = Metrics()
    for each in seconds:
        metrics.published(each)
        metrics.worked({"infer": each * 1000})
    told = families(metrics.text(Stats(), up=False, backend=None, streams=0, sockets=0))
    name = "posecast_publish_latency_seconds"
    buckets = [(float(s.labels["le"]), s.value) for s in told[name].samples if s.name == f"{name}_bucket"]
    assert buckets == sorted(buckets)
    for bound, count in buckets:
        assert count == sum(each <= bound for each in seconds)
    assert value(told, name, f"{name}_count") == len(seconds)
    assert value(told, name, f"{name}_sum") == pytest.approx(sum(seconds))
    stages = told["posecast_stage_duration_seconds"].samples
    assert len([s for s in stages if s.name.endswith("_count")]) == bool(seconds)


def test_labels_are_escaped() -> None:
    odd = BackendInfo('back"end\\', "line\nbreak", "fp32")
    told = families(Metrics().text(Stats(), up=True, backend=odd, streams=0, sockets=0))
    assert told["posecast_backend_info"].samples[0].labels["device"] == "line\nbreak"
    assert told["posecast_backend_info"].samples[0].labels["backend"] == 'back"end\\'


def test_errors_are_counted_by_kind(
    client: FlaskClient, playing: Pipeline, services: Services, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def errors() -> dict[str, float]:
        return {s.labels["kind"]: s.value for s in ask(client)["posecast_errors"].samples}

    assert set(errors().values()) == {0}
    stage.failure = PosecastError("no such network", "choose another")
    playing.switch_backend("pytorch")
    eventually(lambda: errors()["engine"] == 1)
    services.tokens.failures.count("203.0.113.9")
    assert errors()["login"] == 1
    monkeypatch.setattr(services.status, "state", lambda: 1 / 0)
    assert client.get("/api/state").status_code == 500
    assert errors()["request"] == 1
    logging.getLogger("some.library").error("broken")
    logging.getLogger("some.library").warning("odd")
    assert errors() == {**dict.fromkeys(ERROR_KINDS, 0), "engine": 1, "login": 1, "request": 1, "other": 1}


def test_names_types_and_labels_are_these() -> None:
    """Dashboards and alerts rely on them."""
    metrics = Metrics()
    metrics.worked({"infer": 20.0})
    runs = BackendInfo("openvino", "CPU", "int8")
    told = families(metrics.text(Stats(), up=True, backend=runs, streams=0, sockets=0))
    assert {(name, family.type): set(family.samples[0].labels) - {"le"} for name, family in told.items()} == {
        ("posecast_build_info", "gauge"): {"version", "python"},
        ("posecast_up", "gauge"): set(),
        ("posecast_frames_captured", "counter"): set(),
        ("posecast_frames_processed", "counter"): set(),
        ("posecast_frames_dropped", "counter"): set(),
        ("posecast_fps", "gauge"): set(),
        ("posecast_people", "gauge"): set(),
        ("posecast_backend_info", "gauge"): {"backend", "device", "precision"},
        ("posecast_viewers", "gauge"): {"kind"},
        ("posecast_switches", "counter"): set(),
        ("posecast_problems", "counter"): set(),
        ("posecast_errors", "counter"): {"kind"},
        ("posecast_events", "counter"): {"kind"},
        ("posecast_publish_latency_seconds", "histogram"): set(),
        ("posecast_stage_duration_seconds", "histogram"): {"stage"},
        ("posecast_threads", "gauge"): set(),
        ("process_start_time_seconds", "gauge"): set(),
        ("process_cpu_seconds", "counter"): set(),
        **{(name, "gauge"): set() for name in told if name in FROM_LINUX},
    }


def test_two_servers_in_one_process_count_separately() -> None:
    one, other = Metrics(), Metrics()
    one.count_problem()
    counts = []
    for metrics in (one, other):
        told = families(metrics.text(Stats(), up=True, backend=None, streams=0, sockets=0))
        counts.append(value(told, "posecast_problems", "posecast_problems_total"))
    assert counts == [1, 0]
    assert not [family.name for family in REGISTRY.collect() if "posecast" in family.name]


def test_a_lost_source_counts_once() -> None:
    metrics = Metrics()
    counter = ErrorCounter(metrics)
    for name, fields in (("source_lost", {"source": "0"}), ("problem", {"kind": "source"})):
        record = logging.LogRecord("webapp", logging.WARNING, __file__, 1, "gone", None, None)
        record.event, record.fields = name, fields
        counter.handle(record)
    told = families(metrics.text(Stats(), up=False, backend=None, streams=0, sockets=0))
    assert value(told, "posecast_errors", "posecast_errors_total", kind="source") == 1
    assert value(told, "posecast_up") == 0


def test_switches_are_counted(client: FlaskClient, playing: Pipeline, stage: Stage) -> None:
    for number, name in enumerate(("pytorch", "onnxruntime"), 1):
        playing.switch_backend(name)
        eventually(lambda: playing.state().switching is None)
        show(stage, playing)
        eventually(lambda: value(ask(client), "posecast_switches", "posecast_switches_total") == number)  # noqa: B023
