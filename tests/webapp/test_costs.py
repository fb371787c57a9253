from __future__ import annotations

from dataclasses import replace

from engine.pipeline import Choice, Comparison, EngineState, Pipeline, Side
from engine.types import BackendInfo
from webapp.costs import Costs

OPENVINO, ONNX = BackendInfo("openvino", "CPU", "int8"), BackendInfo("onnxruntime", "CPU", "fp32")


def at(state: EngineState, backend: BackendInfo, processed: int, ms: float, height: int = 256) -> EngineState:
    settings = replace(state.settings, height_size=height)
    stats = replace(state.stats, processed=processed, stage_ms={"infer": ms, "decode": 9})
    return replace(state, backend=backend, settings=settings, stats=stats)


def test_what_ran_long_enough_has_its_cost(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    costs.observe(at(state, OPENVINO, 100, 500))
    costs.observe(at(state, OPENVINO, 110, 500))
    assert costs.of("openvino") == {}, "the first frames of a network are slow"
    costs.observe(at(state, OPENVINO, 130, 25.123))
    assert costs.of("openvino") == {"CPU/int8": 25.12}
    costs.observe(at(state, ONNX, 131, 300))
    assert costs.of("onnxruntime") == {}
    costs.observe(at(state, ONNX, 160, 44))
    assert costs.of("onnxruntime") == {"CPU/fp32": 44}
    assert costs.of("openvino") == {"CPU/int8": 25.12}


def test_costs_of_another_network_size_are_forgotten(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    for processed in (0, 50):
        costs.observe(at(state, OPENVINO, processed, 25))
    assert costs.of("openvino")
    costs.observe(at(state, OPENVINO, 60, 25, height=512))
    assert costs.of("openvino") == {}


def test_a_comparison_tells_the_costs_of_both(playing: Pipeline) -> None:
    costs, state = Costs(), playing.state()
    sides = (
        Side(Choice("openvino"), OPENVINO, {"infer": 27.0, "decode": 1.0}),
        Side(Choice("onnxruntime"), ONNX, {"infer": 92.5, "decode": 1.0}),
    )
    costs.observe(state)
    for status, frames, known in (("running", 3, {}), ("ended", 50, {}), ("running", 50, {"CPU/fp32": 92.5})):
        costs.observe(replace(state, comparison=Comparison(status, sides, frames=frames)))
        assert costs.of("onnxruntime") == known
    assert costs.of("openvino") == {"CPU/int8": 27.0}
