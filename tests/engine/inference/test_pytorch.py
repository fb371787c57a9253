"""The PyTorch adapter against the bare network, on every device and precision that the machine has."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.cores import available_cores
from engine.errors import PosecastError
from engine.inference import pytorch
from engine.inference.network import PoseNetwork, load_checkpoint
from engine.inference.pytorch_backend import without_batch_norms
from engine.types import Image, Maps

BUNDLED = Path(__file__).parents[3] / "engine" / "assets" / "posecast-v1.pth"
SIZE = (128, 72)

TOLERANCE = {"fp32": 2e-4, "fp16": 2e-2, "bf16": 1.5e-1}
"""Largest difference of a map value to plain float32; heatmaps reach 1. bf16 has 8 bits, summed over 150 layers."""

MACHINE = [(device, precision) for device in pytorch.devices() for precision in pytorch.precisions(device)]


@pytest.fixture(scope="module")
def network() -> PoseNetwork:
    return load_checkpoint(BUNDLED)


def open_bundled(device: str = "cpu", precision: str = "fp32", raw_input: bool | None = None):  # type: ignore[no-untyped-def]
    return pytorch.open_model(BUNDLED, device=device, precision=precision, size=SIZE, raw_input=raw_input)


def picture(height: int, width: int, seed: int = 0) -> Image:
    """Blotches of colour, so that the maps have something to say."""
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse.repeat(8, axis=0).repeat(8, axis=1))


def plain(network: PoseNetwork, image: Image, *, raw: bool = False) -> Maps:
    """The maps as the network's definition has them."""
    x = image.astype(np.float32)
    x = x if raw else (x - 128) / 255
    with torch.inference_mode():
        maps = network(torch.from_numpy(x).permute(2, 0, 1)[None])
    return Maps(*(m[0].numpy() for m in maps))


def assert_maps(got: Maps, wanted: Maps, tolerance: float) -> None:
    for name in ("features", "heatmaps", "pafs"):
        ours = getattr(got, name)
        assert ours.dtype == np.float32
        assert ours.flags.c_contiguous
        np.testing.assert_allclose(ours, getattr(wanted, name), rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(("device", "precision"), MACHINE)
def test_it_computes_the_network(network: PoseNetwork, device: str, precision: str) -> None:
    backend = open_bundled(device, precision)
    assert (backend.info.name, backend.info.device, backend.info.precision) == ("pytorch", device, precision)
    assert backend.fixed_size is None
    for seed, (height, width) in enumerate([SIZE, (64, 136), SIZE, (8, 8), (136, 64), (72, 72), SIZE]):
        image = picture(height, width, seed)
        assert_maps(backend.infer(image), plain(network, image), TOLERANCE[precision])
    backend.close()


@pytest.mark.parametrize(("device", "precision"), MACHINE)
def test_several_pictures_together_give_what_each_gives(network: PoseNetwork, device: str, precision: str) -> None:
    backend = open_bundled(device, precision)
    for images in ([picture(*SIZE, seed) for seed in range(3)], [picture(64, 136, 5), picture(64, 136, 6)]):
        for image, maps in zip(images, backend.infer_batch(images), strict=True):
            assert_maps(maps, plain(network, image), TOLERANCE[precision])
    backend.close()


def test_reduced_precision_is_really_reduced(network: PoseNetwork) -> None:
    """Were bf16 a label only, its maps would equal float32's."""
    if "bf16" not in pytorch.precisions("cpu"):
        pytest.skip("this processor does not compute bf16")
    image = picture(*SIZE)
    difference = np.abs(open_bundled("cpu", "bf16").infer(image).heatmaps - plain(network, image).heatmaps)
    assert difference.max() > TOLERANCE["fp32"]


def test_raw_input_leaves_the_pixels_alone(network: PoseNetwork) -> None:
    image = picture(*SIZE)
    wanted = plain(network, image, raw=True)
    scale = max(np.abs(wanted.features).max(), 1.0)
    assert_maps(open_bundled(raw_input=True).infer(image), wanted, 1e-4 * scale)
    assert np.abs(wanted.heatmaps - plain(network, image).heatmaps).max() > 0.1


def test_pictures_may_be_views_and_stay_as_they_are(network: PoseNetwork) -> None:
    backend = open_bundled()
    whole = picture(SIZE[0] + 16, SIZE[1] * 2)
    view = whole[8:-8, ::2][:, ::-1]
    assert not view.flags.c_contiguous
    before = view.copy()
    view.flags.writeable = False
    assert_maps(backend.infer(view), plain(network, before), TOLERANCE["fp32"])
    np.testing.assert_array_equal(view, before)


def test_maps_outlive_the_next_picture() -> None:
    backend = open_bundled()
    first = backend.infer(picture(*SIZE, seed=1))
    copy = first.heatmaps.copy()
    second = backend.infer(picture(*SIZE, seed=2))
    np.testing.assert_array_equal(first.heatmaps, copy)
    assert np.abs(second.heatmaps - copy).max() > 1e-3


def test_it_uses_the_cores_it_has_in_any_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    try:
        torch.set_num_threads(available_cores() + 1)
        backend = open_bundled()

        def threads_used() -> int:
            backend.infer(picture(*SIZE))
            return torch.get_num_threads()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(threads_used).result(60) == available_cores()
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        torch.set_num_threads(available_cores() + 1)
        open_bundled().infer(picture(*SIZE))
        assert torch.get_num_threads() == available_cores() + 1
    finally:
        torch.set_num_threads(before)


def test_folding_keeps_the_maps_and_the_network() -> None:
    torch.manual_seed(3)
    network = PoseNetwork()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.5, 2)
    network.eval()
    image = picture(64, 64)
    wanted = plain(network, image)
    folded = without_batch_norms(network)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    got = plain(folded, image)
    for name in ("features", "heatmaps", "pafs"):
        scale = np.abs(getattr(wanted, name)).max()
        np.testing.assert_allclose(getattr(got, name), getattr(wanted, name), rtol=0, atol=1e-4 * scale)


def test_a_closed_backend_says_so() -> None:
    backend = open_bundled()
    backend.close()
    with pytest.raises(RuntimeError, match="closed"):
        backend.infer(picture(*SIZE))


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "", "CPU:0"])
def test_unknown_devices_are_refused_with_the_list(device: str) -> None:
    with pytest.raises(PosecastError) as caught:
        open_bundled(device)
    assert repr(device) in caught.value.error
    assert "cpu" in caught.value.hint


def test_device_names_take_any_case() -> None:
    assert open_bundled("CPU").info.device == "cpu"


@pytest.mark.parametrize(("precision", "hint"), [("int8", "openvino"), ("fp16", "fp32"), ("auto", "fp32")])
def test_precisions_not_offered_are_refused(precision: str, hint: str) -> None:
    with pytest.raises(PosecastError, match=f"does not run {precision} on cpu") as caught:
        open_bundled("cpu", precision)
    assert hint in caught.value.hint


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(b"\x08\x08\x12\x07pytorch")
    with pytest.raises(PosecastError, match="is not a PyTorch checkpoint"):
        pytorch.open_model(path, device="cpu", precision="fp32", size=SIZE, raw_input=None)


def test_asking_what_there_is_does_not_import_torch() -> None:
    gpu = "pytorch._gpu_hinted()"
    code = f"""
import sys
from engine.inference import pytorch
assert pytorch.version()
assert pytorch.precisions("cpu")
assert {gpu} or pytorch.devices() == ("cpu",)
sys.exit("torch" in sys.modules and not {gpu})
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=BUNDLED.parents[2], timeout=60)


def test_the_version_is_that_of_torch() -> None:
    """Builds for CUDA may be packaged without the '+cu130' that they call themselves by."""
    version = pytorch.version()
    assert version is not None
    assert version.split("+")[0] == torch.__version__.split("+")[0]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 sse\n", True),
        ("flags : fpu amx_bf16\n", True),
        ("Features\t: fp asimd i8mm bf16\n", True),
        ("flags : fpu avx512f avx512_vnni\nbugs : bf16\n", False),
        ("", False),
    ],
)
def test_bf16_goes_by_the_processors_flags(tmp_path: Path, text: str, offered: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    assert pytorch._cpu_has_bf16(path) is offered
    assert not pytorch._cpu_has_bf16(tmp_path / "absent")
