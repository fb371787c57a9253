"""The data types of the pipeline: frozen records, and the Protocols of sources and backends.

Metres and seconds everywhere. A missing keypoint is NaN with score 0, never a plausible number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Camera, CameraSpec

Image = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR."""
Floats = NDArray[np.float32]

HeightKind = Literal["assumed", "relative", "measured", "given"]
"""Where a person's height comes from: the setting for all, a floor without a scale, a floor in metres, the user."""

STRIDE = 8
"""Pixels of the network's input per cell of its maps, along each side."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Exact ground truth of a synthetic frame; people in a fixed order."""

    joints_camera: Floats
    """(P, 19, 3) metres, camera frame."""
    joints_world: Floats
    """(P, 19, 3) metres, world frame of `camera`."""
    camera: Camera


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one camera of a rig shows at the moment of a set."""

    name: str
    camera: CameraSpec
    """The camera in the rig's world."""
    frame: Frame | None
    """The picture nearest in time, whose `time` is on the rig's clock; None if the camera delivers none."""
    problem: str | None = None
    """Why there is no picture."""
    rate: float | None = None
    """Pictures per second that the camera delivers; None if unknown."""
    offset_s: float = 0.0
    """Seconds that were added to the camera's times."""
    missing_since: float | None = None
    """Where there is no picture: when the last one came, or was first waited for, seconds of time.monotonic()."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source, or one set of pictures of a rig."""

    index: int
    """Index within the source, from 0; dropped frames leave gaps."""
    time: float
    """Seconds of media time for files, seconds since the source opened for live ones. Filters use this."""
    captured_at: float
    """Time of capture, seconds of time.monotonic(): latency is measured from it."""
    image: Image
    capture_ms: float = 0.0
    """Milliseconds spent on reading and decoding."""
    truth: Truth | None = None
    name: str | None = None
    """File name, if the frame is an image file of its own."""
    round: int = 0
    """Number of times that the source began again before, as a file does that plays in a loop."""
    recorded: Snapshot | None = None
    """The recorded snapshot, if the frame is replayed from a recording; it is shown instead of a new one."""
    views: tuple[View, ...] = ()
    """All cameras of a rig, in its order; `image` is then the first one's picture. Empty for other sources."""
    found: Found | None = None
    """The people, if they were found where the camera is: `image` is then blank."""


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """The network's outputs at stride 8, float32."""

    features: Floats | None
    """(57, h, w): 19 joints x (x, y, z), body-relative, in units of 180 cm. None if the model has no 3D head, or
    if it was not computed, since bodies come from keypoints."""
    heatmaps: Floats
    """(19, h, w): 18 keypoints (2D order) and the background."""
    pafs: Floats
    """(38, h, w): 19 limbs x (x, y)."""


@dataclass(frozen=True, slots=True, eq=False)
class NetworkInput:
    """A frame prepared for the network."""

    image: Image
    """(h, w, 3) uint8 BGR, both multiples of 8; padded on the right and at the bottom only."""
    scale: tuple[float, float]
    """(x, y) network pixels per frame pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose2D:
    """One person's keypoints in the frame, 19-joint order; the pelvis (index 2) is always missing."""

    keypoints: Floats
    """(19, 2) frame pixels; NaN where missing."""
    scores: Floats
    """(19,) confidence, 0 where missing."""
    score: float
    """The decoder's person score (not the 0..1 score on the wire)."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """People who were found in 2D elsewhere, and what found them."""

    poses: tuple[Pose2D, ...]
    backend: BackendInfo


@dataclass(frozen=True, slots=True, eq=False)
class Pose3D:
    """One person's joints in 3D, 19-joint order. The frame of reference is in the producer's name."""

    joints: Floats
    """(19, 3) metres."""
    errors: Floats | None = None
    """(19,) metres: the expected error of each joint relative to the pelvis; None if unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonView:
    """What one camera of a rig sees of a person."""

    pose2d: Pose2D
    """Pixels of that camera's frame."""
    error_px: float
    """Mean distance of the keypoints from the projected joints, pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One tracked person."""

    id: int
    pose2d: Pose2D
    pose3d: Pose3D | None
    """Joints in the camera frame; None if there is no body, or it could not be placed (see engine.lifting)."""
    height_m: float | None = None
    """The person's height, metres; None if unknown."""
    height_kind: HeightKind = "assumed"
    colour: int | None = None
    """Index into the palette (see engine.tracking.colours); None for people who are not tracked."""
    angles: Mapping[str, float] | None = None
    """Degrees by name (engine.motion.angles), those that are defined; None if they were not asked for."""
    views: Mapping[str, PersonView] = field(default_factory=dict)
    """What each camera of a rig sees, by its name, in the rig's order; `pose2d` is the first one's."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All people in one frame."""

    frame_index: int
    time: float
    people: tuple[Person, ...]
    camera: Camera
    """The camera, which defines the people's world frame; the first one of a rig."""
    cameras: Mapping[str, Camera] = field(default_factory=dict)
    """All cameras of a rig by name, in its order; empty for other sources."""


EVENT_KINDS = (
    "entered", "left", "zone_entered", "zone_left", "dwell", "fall", "hands_up", "close", "repetition", "nobody",
)  # fmt: skip
"""What the rules of `engine.events` report."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as a rule of `engine.events` reported it."""

    kind: str
    """One of `EVENT_KINDS`; a scene of a later version may have others."""
    time: float
    """Seconds, as `Scene.time`: of the scene in which the rule was sure."""
    wall_time: float
    """Seconds since 1970."""
    label: str
    """The event in plain words."""
    person: int | None = None
    """The person's id; None if it is not about one person."""
    people: tuple[int, ...] = ()
    """The ids of several people, as of two who are close."""
    zone: str | None = None
    """The name of the zone."""
    value: float | None = None
    """The rule's number: seconds in a zone, metres between two people, repetitions so far."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """What really runs."""

    name: str
    device: str
    precision: str
    """The precision as compiled, not as requested."""
    assumed_input: str | None = None
    """The pixels that the model gets, 'raw' or 'normalised', if neither it nor the user says what it takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A scene with its frame, backend and timings."""

    scene: Scene
    frame: Frame
    backend: BackendInfo
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds per stage: capture, preprocess, infer, decode, lift, fit, track."""
    body: str | None = None
    """Where the bodies come from, 'keypoints' or 'maps'; None if unknown (an old recording)."""
    lifted: tuple[Person, ...] = ()
    """The people as the lifter placed them, before anything that knows the floor; none if it is replayed."""
    replayed: bool = False
    """Whether it comes from a recording, whose times were measured earlier, perhaps on another machine."""
    events: tuple[Event, ...] = ()
    """What happened, as the rules of `engine.events` report it; of a replayed snapshot, the recorded events."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """The requested model, backend, device and precision. 'auto' leaves the choice to the program."""

    model: str = "bundled"
    """'bundled', 'official', or a path: .pth, .onnx, .xml, .engine, ...-trt.pth."""
    backend: str = "auto"
    device: str = "auto"
    precision: str = "auto"
    raw_input: bool | None = None
    """For models without posecast's metadata: True if the model takes raw pixels 0..255, False if it takes
    (x - 128) / 255, None for the usual input of the file format (raw for .xml, normalised otherwise)."""
    body: str = "auto"
    """Where bodies come from: 'keypoints', 'maps', or 'auto': keypoints with the bundled model, maps with any other
    that has them."""

    @property
    def features(self) -> bool | None:
        """Whether the 3D coordinates are required (True), not computed (False), or computed if the model has them
        (None)."""
        if self.body == "auto":
            return False if self.model == "bundled" else None
        return self.body == "maps"


Progress = Callable[[str, "float | None", str], Any]
"""progress(step, fraction 0..1 or None, message): reports the progress of a slow operation."""


class FrameSource(Protocol):
    """A source of frames. `read` is called from one thread; `close` from any, and makes `read` return None.

    A live source has no thread of its own: it is read without pause by a reader that keeps the newest frame.
    """

    name: str
    """The user's text for the source, passwords redacted."""
    live: bool
    """Whether it is live: live sources deliver their newest frame, others every frame once."""
    frame_rate: float | None
    frame_count: int | None
    """The announced number of frames, which may be wrong by a few: for progress bars. None for endless sources."""
    camera: CameraSpec | None
    """The source's own camera, if it is known (the demo stage)."""

    @property
    def problem(self) -> str | None:
        """Why a live source delivers no frames at the moment; None while it does."""
        ...

    def read(self) -> Frame | None:
        """The next frame; None at the end or after `close`."""
        ...

    def close(self) -> None: ...


class Backend(Protocol):
    """A loaded network. Used from one thread at a time."""

    @property
    def info(self) -> BackendInfo: ...

    @property
    def fixed_size(self) -> tuple[int, int] | None:
        """(height, width) if the model has a fixed input size."""
        ...

    def infer(self, image: Image) -> Maps:
        """(h, w, 3) uint8 BGR with h and w multiples of 8 -> maps of (h / 8, w / 8)."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class BatchBackend(Backend, Protocol):
    """A network that takes several pictures in one run, which is faster on a GPU."""

    def infer_batch(self, images: Sequence[Image]) -> list[Maps]:
        """As `infer`, for pictures of one size."""
        ...
