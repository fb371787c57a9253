// The skeleton as data, as in engine/skeleton.py: 19 joints in CMU Panoptic order, and how they are drawn.

export const JOINTS = [
  "neck",
  "nose",
  "pelvis",
  "left_shoulder",
  "left_elbow",
  "left_wrist",
  "left_hip",
  "left_knee",
  "left_ankle",
  "right_shoulder",
  "right_elbow",
  "right_wrist",
  "right_hip",
  "right_knee",
  "right_ankle",
  "left_eye",
  "left_ear",
  "right_eye",
  "right_ear",
];

export const JOINT_COUNT = JOINTS.length;
export const JOINT = Object.fromEntries(JOINTS.map((name, index) => [name, index]));
export const { nose: NOSE, pelvis: PELVIS } = JOINT;
export const EARS = [JOINT.left_ear, JOINT.right_ear];
export const FACE = new Set([NOSE, JOINT.left_eye, JOINT.right_eye, ...EARS]);

/** Limbs to draw: the engine's, and shoulder to hip for the trunk; from joint, to joint, and a radius in metres. */
export const LIMBS = [
  ["neck", "nose", 0.03],
  ["neck", "pelvis", 0.08],
  ["neck", "left_shoulder", 0.04],
  ["left_shoulder", "left_elbow", 0.041],
  ["left_elbow", "left_wrist", 0.033],
  ["neck", "right_shoulder", 0.04],
  ["right_shoulder", "right_elbow", 0.041],
  ["right_elbow", "right_wrist", 0.033],
  ["pelvis", "left_hip", 0.05],
  ["left_hip", "left_knee", 0.056],
  ["left_knee", "left_ankle", 0.043],
  ["pelvis", "right_hip", 0.05],
  ["right_hip", "right_knee", 0.056],
  ["right_knee", "right_ankle", 0.043],
  ["left_shoulder", "left_hip", 0.052],
  ["right_shoulder", "right_hip", 0.052],
  ["nose", "left_eye", 0.01],
  ["left_eye", "left_ear", 0.01],
  ["nose", "right_eye", 0.01],
  ["right_eye", "right_ear", 0.01],
].map(([from, to, radius]) => ({ from: JOINT[from], to: JOINT[to], radius }));

/** Metres; a joint is a ball a little larger than the limbs that meet in it. */
export const JOINT_RADIUS = JOINTS.map((name) => {
  if (/eye|ear/.test(name)) return 0.016;
  if (/nose/.test(name)) return 0.024;
  if (/neck|pelvis/.test(name)) return 0.05;
  if (/wrist|ankle/.test(name)) return 0.036;
  return 0.047;
});

export const isRight = (joint) => JOINTS[joint].startsWith("right");

/** "left_elbow" -> "left elbow" */
export const jointLabel = (joint) => JOINTS[joint].replace("_", " ");
