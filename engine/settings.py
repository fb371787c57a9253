"""The settings of a run: frozen, and validated as a whole.

Each is declared once, by an annotated field of `Settings`: name, type, range, unit, default and description. The
command line, web API and dashboard describe and check settings by these declarations (`SCHEMA`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from fractions import Fraction
from typing import Annotated, Any, get_type_hints

from engine.aspect import parse_pixel_aspect
from engine.errors import PosecastError
from engine.fields import about, checked, choice, expected, number, schema, text
from engine.geometry import UP_AXES
from engine.skeleton import KEYPOINT_COUNT
from engine.types import STRIDE, ModelSpec

BACKENDS = ("auto", "pytorch", "openvino", "onnxruntime", "tensorrt")
PRECISIONS = ("auto", "fp32", "fp16", "bf16", "int8")
BODIES = ("auto", "keypoints", "maps")
LEVELS = ("auto", "off")
PLACEMENTS = ("auto", "perspective", "reference")
VIEWERS_SEE = ("video", "blurred", "skeleton")
MODEL_INPUTS = {"auto": None, "raw": True, "normalised": False}
"""Choices of `model_input` -> `ModelSpec.raw_input`."""

_ID = Annotated[int, number(1, 2**53, "Id of a person.")]
_HEIGHT = Annotated[float, number(0.3, 2.8, "Height of a person.", unit="m")]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the engine. PosecastError for a value that its field does not allow."""

    source: Annotated[
        str,
        text(
            "a camera index, a file, a folder, an address or 'demo'",
            "Where frames come from: a camera index, a video, an image, a folder or glob of images, rtsp://, "
            "http(s)://, upload:NAME or demo.",
        ),
    ] = "demo"
    model: Annotated[
        str,
        text(
            "'bundled', 'official' or a path", "The network: 'bundled', 'official', or a .pth, .onnx, .xml or .engine."
        ),
    ] = "bundled"
    model_input: Annotated[
        str,
        choice(
            MODEL_INPUTS,
            "Pixel values that a model takes if its file does not say: raw ones, 0 to 255, or normalised ones, "
            "(pixel - 128) / 255. With the wrong ones it finds no people.",
        ),
    ] = "auto"
    backend: Annotated[str, choice(BACKENDS, "Library that runs the network; auto takes the fastest.")] = "auto"
    device: Annotated[
        str,
        text(
            "'auto' or a device of the backend",
            "Device of the backend, as `posecast doctor` lists them: CPU, cuda:0, …",
        ),
    ] = "auto"
    precision: Annotated[str, choice(PRECISIONS, "Number format the network computes in; auto takes the fastest.")] = (
        "auto"
    )
    height_size: Annotated[
        int,
        number(
            128,
            1024,
            "Network height. Larger finds smaller and farther people, and takes longer.",
            unit="px",
            multiple_of=STRIDE,
        ),
    ] = 256
    body: Annotated[
        str,
        choice(
            BODIES,
            "Where bodies come from: 2D keypoints, by the lifter, or the network's 3D maps. auto: keypoints with the "
            "bundled model, maps with any other that has them.",
        ),
    ] = "auto"
    placement: Annotated[
        str,
        choice(
            PLACEMENTS,
            "How bodies are placed: in perspective, or by the reference's formula. auto: in perspective with "
            "keypoints, as the reference with maps.",
        ),
    ] = "auto"
    fit: Annotated[
        bool,
        about(
            "Fit one body all along to each person: bones keep their lengths, joints stay on their keypoints. "
            "Without it, bodies are shown as single frames give them."
        ),
    ] = True
    extrinsics: (
        Annotated[
            str,
            text(
                "a camera file",
                "Camera file, or FILE#NAME if it holds several, or reference for the reference demo's room; without "
                "one, the source's own camera, or a level one 1.5 m above the floor.",
            ),
        ]
        | None
    ) = None
    fx: (
        Annotated[
            float,
            number(
                1,
                1e6,
                "Focal length in pixels of the frame; without it, the camera file's, or that in the pictures' own "
                "metadata, or 0.8 x the longer side.",
                unit="px",
            ),
        ]
        | None
    ) = None
    pixel_aspect: (
        Annotated[
            str,
            text(
                "width to height of a pixel, W:H such as 2:1, from 1:8 to 8:1",
                "Width to height of the source's pixels, W:H; without it, what the source says, or square.",
            ),
        ]
        | None
    ) = None
    up: Annotated[str, choice(UP_AXES, "World axis that points up in a camera file; null: as it says.")] | None = None
    camera_height_m: (
        Annotated[
            float,
            number(
                0.05,
                100,
                "True height of the camera above the floor, where no camera file says it; null: unknown.",
                unit="m",
                slider=(0.2, 4, 0.01),
            ),
        ]
        | None
    ) = None
    level: Annotated[
        str,
        choice(
            LEVELS,
            "Whether the floor is found from people, where no camera file says where it is: auto, or off.",
        ),
    ] = "auto"
    floor_offset_m: Annotated[
        float,
        number(
            -100,
            100,
            "Height of the floor above the world's origin. For display: joints are never moved.",
            unit="m",
            slider=(-2, 2, 0.01),
        ),
    ] = 0.0
    assumed_height_m: Annotated[
        float,
        number(
            0.3,
            2.8,
            "Assumed height of people: one camera sees proportions only. With body maps, the length of the network's "
            "unit, 1.80 m in the reference.",
            unit="m",
            slider=(0.8, 2.2, 0.01),
        ),
    ] = 1.80
    person_heights_m: Annotated[
        dict[_ID, _HEIGHT] | None,
        about(
            "Heights of single people by id, metres.",
            "a map of ids to metres, 0.3 to 2.8 each",
            propertyNames={"pattern": "^[1-9][0-9]{0,15}$"},
        ),
    ] = None
    close_up: Annotated[
        bool,
        about(
            "With several cameras: look at each person of each picture a second time, enlarged. More exact, but each "
            "person takes as long as two pictures of 256 x 256 pixels."
        ),
    ] = False
    angles: Annotated[bool, about("Measure the angles of joints, and send them with each person.")] = False
    smoothing: Annotated[bool, about("Smooth the joints' movement, which reduces jitter.")] = True
    smoothing_cutoff_hz: Annotated[
        float,
        number(
            0.01,
            100,
            "Minimum cutoff of the One Euro filter: lower reduces jitter and adds delay.",
            unit="Hz",
            slider=(0.1, 5, 0.1),
        ),
    ] = 1.0
    smoothing_beta: Annotated[
        float,
        number(
            0,
            100,
            "Speed coefficient of the One Euro filter: higher follows fast movement sooner.",
            unit="s/m",
            slider=(0, 5, 0.1),
        ),
    ] = 1.0
    min_score: Annotated[
        float, number(0, 1, "People with a lower mean keypoint confidence are left out.", slider=(0, 0.9, 0.05))
    ] = 0.0
    min_keypoints: Annotated[
        int, number(3, KEYPOINT_COUNT, "People with fewer keypoints are left out.", slider=(3, KEYPOINT_COUNT, 1))
    ] = 5
    viewers_see: Annotated[
        str,
        choice(
            VIEWERS_SEE,
            "What view-only visitors of the dashboard see: the video, the video with blurred faces, or skeletons only.",
        ),
    ] = "video"
    outputs: Annotated[
        dict[str, bool] | None,
        about("Live outputs: address -> whether it is on.", "a map of addresses to true or false"),
    ] = None
    pause_unwatched: Annotated[
        bool, about("Close the source while no page is open and no recording runs, to save power.")
    ] = False

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            object.__setattr__(self, name, checked(name, getattr(self, name), kind))
        if self.pixel_aspect is not None and self.pixel_ratio is None:
            wanted = expected(_KINDS["pixel_aspect"])
            raise PosecastError(f"pixel_aspect is {self.pixel_aspect!r:.80}", f"pixel_aspect must be {wanted}")

    @property
    def model_spec(self) -> ModelSpec:
        raw_input = MODEL_INPUTS[self.model_input]
        return ModelSpec(self.model, self.backend, self.device, self.precision, raw_input, self.body)

    @property
    def pixel_ratio(self) -> Fraction | None:
        """`pixel_aspect` as a number."""
        return None if self.pixel_aspect is None else parse_pixel_aspect(self.pixel_aspect)

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """A copy with `changes`; PosecastError, and nothing changed, for unknown names or bad values."""
        known = {field.name for field in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise PosecastError(f"unknown setting {unknown[0]!r}", f"settings are: {', '.join(sorted(known))}")
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


_KINDS = get_type_hints(Settings, include_extras=True)
"""Annotated type of each setting."""
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {field.name: {**schema(_KINDS[field.name]), "default": field.default} for field in fields(Settings)},
    "additionalProperties": False,
}
"""JSON Schema of the settings, all of which are optional."""
