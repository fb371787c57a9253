"""3D poses of several people from one ordinary camera, for scripts and notebooks.

Every frame of a video, a folder of images or a camera, with the options of the command line by their names:

    import posecast

    for scene in posecast.infer("video.mp4", backend="openvino", height_size=384):
        for person in scene.people:
            if person.joints_3d is not None:
                print(scene.time, person.id, person.joints_3d[posecast.JOINTS.index("nose")])

`joints_3d` is a (19, 3) array of metres in the world of the camera file, or None where a person could not be placed;
`keypoints_2d` is (19, 3): pixels of the frame and confidence, NaN where a keypoint was not found. `JOINTS` names the 19
rows. A folder of images and a single image work like a video, and `posecast.infer(0)` is the first webcam.

What `posecast infer`, `posecast serve` or a recording wrote:

    scenes = posecast.load("people.jsonl")
    most = max(len(scene.people) for scene in scenes)

The live scenes of a running server (`pip install 'posecast[client]'`). A slow loop skips scenes and always gets the
newest; a lost connection is made again:

    for scene in posecast.connect("http://192.168.1.5:8000", token="…"):
        print(scene.frame, len(scene.people))

Everything that a caller can put right is raised as a `PosecastError`: what is wrong, and what to do about it.
"""

from engine.errors import PosecastError
from engine.skeleton import JOINTS, LIMBS
from engine.types import Event
from engine.wire import Camera, Person, Scene
from posecast.live import connect
from posecast.offline import infer, load

__all__ = ["JOINTS", "LIMBS", "Camera", "Event", "Person", "PosecastError", "Scene", "connect", "infer", "load"]
