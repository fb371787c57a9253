"""What one camera of a rig shows and sees, as if it were the only source.

In: frames and snapshots of a rig, and a camera's name. Out: the same of that camera alone, in its own pixels.
"""

from __future__ import annotations

from dataclasses import replace

from engine.mosaic import blank
from engine.types import Frame, Scene, Snapshot


def cameras_in(shown: Snapshot | Frame) -> tuple[str, ...]:
    """The names of the rig's cameras; none for other sources."""
    frame = shown if isinstance(shown, Frame) else shown.frame
    return tuple(view.name for view in frame.views)


def frame_of(frame: Frame, camera: str) -> Frame:
    """The camera's picture, empty if it delivers none; the frame itself if the rig does not have that camera."""
    for view in frame.views:
        if view.name == camera:
            height, width = frame.image.shape[:2]
            image = view.frame.image if view.frame else blank(view.camera.resolution or (width, height))
            return replace(frame, image=image, views=())
    return frame


def snapshot_of(snapshot: Snapshot, camera: str) -> Snapshot:
    """The camera's picture and the people in it; the snapshot itself if the rig does not have that camera."""
    if camera not in snapshot.scene.cameras:
        return snapshot
    return replace(snapshot, frame=frame_of(snapshot.frame, camera), scene=_scene_of(snapshot.scene, camera))


def _scene_of(scene: Scene, camera: str) -> Scene:
    people = tuple(
        replace(person, pose2d=person.views[camera].pose2d, pose3d=None, views={})
        for person in scene.people
        if camera in person.views
    )
    return replace(scene, people=people, camera=scene.cameras[camera], cameras={})
