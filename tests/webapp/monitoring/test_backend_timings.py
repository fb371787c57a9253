from __future__ import annotations

from dataclasses import replace

from engine.geometry import DEFAULT_CAMERA
from engine.pipeline import Choice, Comparison, EngineState, Pipeline, Side
from engine.types import BackendInfo
from tests.webapp.people import snapshot
from webapp.monitoring.backend_timings import Costs

OPENVINO, ONNX = BackendInfo("openvino", "CPU", "int8"), BackendInfo("onnxruntime", "CPU", "fp32")


def work(costs: Costs, backend: BackendInfo, frames: int, ms: float) -> None:
    for _ in range(frames):
        costs.worked(replace(snapshot(), backend=backend, stage_ms={"infer": ms, "decode": 9}))


def of_height(state: EngineState, height: int) -> EngineState:
    return replace(state, settings=replace(state.settings, height_size=height))


def test_what_ran_long_enough_has_its_cost(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    costs.observe(state)
    work(costs, OPENVINO, 20, 500)
    costs.observe(state)
    assert costs.of("openvino") == {}, "the first frames of a network are slow"
    work(costs, OPENVINO, 5, 25.123)
    costs.observe(state)
    assert costs.of("openvino") == {"CPU/int8": 25.12}
    work(costs, ONNX, 20, 300)
    costs.observe(state)
    assert costs.of("onnxruntime") == {}
    work(costs, ONNX, 5, 44)
    costs.observe(state)
    assert costs.of("onnxruntime") == {"CPU/fp32": 44}
    assert costs.of("openvino") == {"CPU/int8": 25.12}


def test_costs_of_another_network_size_are_kept_apart(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    costs.observe(state)
    work(costs, OPENVINO, 50, 25)
    costs.observe(state)
    assert costs.of("openvino")
    costs.observe(of_height(state, 512))
    assert costs.of("openvino") == {}
    assert costs.by_height() == {("openvino", "CPU", "int8", state.settings.height_size): 25}
    costs.observe(replace(state, camera=DEFAULT_CAMERA.for_image(64, 64)))
    assert costs.by_height() == {}, "frames of another size cannot be compared"


def test_a_comparison_tells_the_costs_of_both(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    sides = (
        Side(Choice("openvino"), OPENVINO, {"infer": 27.0, "decode": 1.0}),
        Side(Choice("onnxruntime"), ONNX, {"infer": 92.5, "decode": 1.0}),
    )
    for status, frames, known in (("running", 3, {}), ("ended", 50, {}), ("running", 50, {"CPU/fp32": 92.5})):
        costs.observe(replace(state, comparison=Comparison(status, sides, frames=frames)))
        assert costs.of("onnxruntime") == known
    assert costs.of("openvino") == {"CPU/int8": 27.0}
