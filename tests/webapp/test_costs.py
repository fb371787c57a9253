from __future__ import annotations

from dataclasses import replace

from engine.pipeline import EngineState, Pipeline
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
