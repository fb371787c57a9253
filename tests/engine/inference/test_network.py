"""The network's names and shapes, and what `load_checkpoint` takes and refuses."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import PosecastError
from engine.inference.network import PoseNetwork, load_checkpoint

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
BUNDLED = ROOT / "engine" / "assets" / "posecast-v1.pth"

State = dict[str, Any]


@pytest.fixture(scope="module")
def weights() -> State:
    """A state dict that fits, with running statistics a network in use would have."""
    torch.manual_seed(0)
    return PoseNetwork().state_dict()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save(content: Any, **options: Any) -> Path:
        path = tmp_path / "checkpoint.pth"
        torch.save(content, path, **options)
        return path

    return save


def refused(path: Path) -> str:
    """The one line a user sees."""
    with pytest.raises(PosecastError) as caught:
        load_checkpoint(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    assert caught.value.hint
    return message


def assert_loaded(network: PoseNetwork, weights: State) -> None:
    assert not network.training
    loaded = network.state_dict()
    assert {tensor.dtype for key, tensor in loaded.items() if "num_batches" not in key} == {torch.float32}
    for key, tensor in weights.items():
        torch.testing.assert_close(loaded[key], tensor, rtol=0, atol=0, check_dtype=False)


# --- the network -----------------------------------------------------------------------------------------------------


def test_keys_and_shapes_are_the_published_ones() -> None:
    reference = SHARED / "reference" / "state_dict.json"
    if not reference.exists():
        pytest.skip("needs ../shared/reference/state_dict.json")
    ours = {key: list(tensor.shape) for key, tensor in PoseNetwork().state_dict().items()}
    assert ours == json.loads(reference.read_text())


def test_it_has_the_published_number_of_parameters() -> None:
    assert sum(parameter.numel() for parameter in PoseNetwork().parameters()) == 5_085_983


@pytest.mark.parametrize(("height", "width"), [(128, 8), (64, 136)])
def test_maps_are_an_eighth_of_the_picture(height: int, width: int) -> None:
    with torch.inference_mode():
        maps = PoseNetwork().eval()(torch.zeros(2, 3, height, width))
    assert [tuple(m.shape) for m in maps] == [(2, c, height // 8, width // 8) for c in (57, 19, 38)]


def test_the_bundled_checkpoint_finds_people() -> None:
    """Every kind of keypoint shows on a real photograph of people who look at the camera, and none on grey."""
    cv2 = pytest.importorskip("cv2")
    photo = SHARED / "media" / "band_cc0_800x451.jpg"
    if not photo.exists():
        pytest.skip("needs ../shared/media")
    image = cv2.resize(cv2.imread(str(photo)), (456, 256), interpolation=cv2.INTER_AREA)
    pixels = torch.from_numpy((image.astype(np.float32) - 128) / 255).permute(2, 0, 1)
    network = load_checkpoint(BUNDLED)
    with torch.inference_mode():
        _, heatmaps, _ = network(torch.stack([pixels, torch.zeros_like(pixels)]))
    people, grey = heatmaps[:, :18].amax((2, 3))
    assert people.min() > 0.4
    assert grey.max() < 0.3


# --- what it takes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_published_layout_loads(
    weights: State, save: Callable[..., Path], prefix: str, wrapped: bool, zipped: bool
) -> None:
    state = OrderedDict((prefix + key, tensor) for key, tensor in weights.items())
    content = {"state_dict": state, "iter": 7} if wrapped else state
    assert_loaded(load_checkpoint(save(content, _use_new_zipfile_serialization=zipped)), weights)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_float_types_become_float32(weights: State, save: Callable[..., Path], dtype: torch.dtype) -> None:
    state = {key: tensor.to(dtype) if tensor.is_floating_point() else tensor for key, tensor in weights.items()}
    assert_loaded(load_checkpoint(save(state)), {key: tensor.float() for key, tensor in state.items()})


def test_batch_counters_may_be_absent(weights: State, save: Callable[..., Path]) -> None:
    state = {key: tensor for key, tensor in weights.items() if not key.endswith("num_batches_tracked")}
    assert len(state) < len(weights)
    assert_loaded(load_checkpoint(save(state)), state)


@pytest.mark.parametrize("prefix", ["", "module."])
def test_export_leftovers_are_dropped_when_zero(weights: State, save: Callable[..., Path], prefix: str) -> None:
    leftovers = {
        "fake_conv_heatmaps.weight": torch.zeros(19, 19, 1, 1),
        "fake_conv_pafs.weight": torch.zeros(38, 38, 1, 1),
    }
    state = {prefix + key: tensor for key, tensor in {**weights, **leftovers}.items()}
    assert_loaded(load_checkpoint(save(state)), weights)


# --- what it refuses -------------------------------------------------------------------------------------------------


def test_leftovers_that_mean_something_are_refused(weights: State, save: Callable[..., Path]) -> None:
    leftover = torch.zeros(19, 19, 1, 1)
    leftover[3, 3] = 1e-6
    message = refused(save({**weights, "fake_conv_heatmaps.weight": leftover}))
    assert "1 unknown (fake_conv_heatmaps.weight)" in message


KEY = "cpm.conv.0.bias"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (torch.zeros(127), f"1 of the wrong shape ({KEY} is (127,), not (128,))"),
        (torch.zeros(128, 1), f"({KEY} is (128, 1), not (128,))"),
        (torch.zeros(128, dtype=torch.int8), f"1 of the wrong type ({KEY} is torch.int8)"),
        (torch.zeros(128, dtype=torch.complex64), "of the wrong type"),
        (torch.full((128,), torch.nan), f"1 not finite ({KEY})"),
        (torch.tensor([torch.inf] + [0.0] * 127), "1 not finite"),
        (torch.full((128,), 1e300, dtype=torch.float64), "1 not finite"),
        (torch.zeros(1).expand(128), f"not plain tensors: {KEY}"),
        (torch.zeros(1).expand(10**15), f"not plain tensors: {KEY}"),
        (torch.zeros(128).to_sparse(), f"not plain tensors: {KEY}"),
        (torch.zeros(128, device="meta"), f"not plain tensors: {KEY}"),
        ([0.0] * 128, f"not plain tensors: {KEY}"),
        (None, f"not plain tensors: {KEY}"),
    ],
)
def test_one_bad_tensor_is_named(weights: State, save: Callable[..., Path], bad: Any, said: str) -> None:
    assert said in refused(save({**weights, KEY: bad}))


def test_missing_and_unknown_keys_are_named_and_counted(weights: State, save: Callable[..., Path]) -> None:
    state = {key.replace("cpm.", "ccpm."): tensor for key, tensor in weights.items()}
    message = refused(save(state))
    assert "10 missing (cpm.align.0.weight, cpm.align.0.bias, cpm.trunk.0.0.weight and 7 more)" in message
    assert "10 unknown (ccpm.align.0.weight, ccpm.align.0.bias, ccpm.trunk.0.0.weight and 7 more)" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "holds no state dict but a list"),
        (torch.zeros(3), "holds no state dict but a Tensor"),
        ({"state_dict": [1]}, "holds no state dict but a list"),
        ({}, "missing"),
        ({3: torch.zeros(1)}, "not plain tensors: 3"),
        ({"a": torch.zeros(1), "module.a": torch.zeros(1)}, "with and without 'module.'"),
        ({"engine": bytearray(9), "input_names": ["data"], "output_names": ["x"]}, "TensorRT engine made by torch2trt"),
    ],
)
def test_other_contents_are_refused(save: Callable[..., Path], content: Any, said: str) -> None:
    assert said in refused(save(content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.pth")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"PK\x03\x04", b"\x80\x02.", b"\x08\x08\x12\x07pytorch:\x93\x03", b"hello" * 99]
)
def test_files_of_another_kind_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "renamed.pth"
    path.write_bytes(content)
    assert "is not a PyTorch checkpoint, or is damaged" in refused(path)


def test_an_onnx_file_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.helper.make_graph([], "empty", [], [])
    path = tmp_path / "renamed.pth"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    assert "is not a PyTorch checkpoint, or is damaged" in refused(path)


@pytest.fixture(scope="module", params=["zip", "legacy"])
def small_checkpoint(request: pytest.FixtureRequest) -> bytes:
    """A readable file that is small enough to be damaged at every byte."""
    buffer = io.BytesIO()
    state = {"state_dict": {"module.a": torch.ones(3), "module.b": torch.zeros(2, 2)}}
    torch.save(state, buffer, _use_new_zipfile_serialization=request.param == "zip")
    return buffer.getvalue()


def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path, small_checkpoint: bytes) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(small_checkpoint)
    assert "does not fit the network" in refused(path)
    for length in range(len(small_checkpoint)):
        path.write_bytes(small_checkpoint[:length])
        # Cut within the name of a class, what is left is a stranger's name.
        assert any(
            said in refused(path) for said in ("is not a PyTorch checkpoint, or is damaged", "only tensors may be")
        )


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_never_crashes(tmp_path: Path, small_checkpoint: bytes, data: st.DataObject) -> None:
    damaged = bytearray(small_checkpoint)
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.pth"
    path.write_bytes(damaged)
    refused(path)


def test_the_real_checkpoint_cut_in_its_weights_is_refused(tmp_path: Path) -> None:
    content = BUNDLED.read_bytes()
    path = tmp_path / "cut.pth"
    for length in (len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert "is not a PyTorch checkpoint, or is damaged" in refused(path)


# --- code in a checkpoint --------------------------------------------------------------------------------------------


class Bomb:
    """Runs `call(argument)` as soon as it is unpickled."""

    def __init__(self, call: Callable[[str], object], argument: str) -> None:
        self.call, self.argument = call, argument

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (self.call, (self.argument,))


def legacy_save(content: Any, path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def plain_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content, protocol=2))


def newest_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


@pytest.mark.parametrize("write", [torch.save, legacy_save, plain_pickle, newest_pickle])
@pytest.mark.parametrize("name", ["mkdir", "exec"])
def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, write: Callable[[Any, Path], None], name: str) -> None:
    mark, path = tmp_path / "mark", tmp_path / "bomb.pth"
    bomb = Bomb(os.mkdir, str(mark)) if name == "mkdir" else Bomb(exec, f"import os; os.mkdir({str(mark)!r})")
    write({"state_dict": {"module.a": bomb}}, path)
    message = refused(path)
    assert not mark.exists()
    # torch's safe unpickler knows the opcodes of protocol 2 only, and so cannot name what a newer file wants.
    assert write is newest_pickle or f"{name}' where only tensors may be, so it was not loaded" in message
    with contextlib.suppress(pickle.UnpicklingError, RuntimeError):
        torch.load(path, weights_only=False)
    assert mark.exists(), "the bomb was a dud, and the test proved nothing"
