"""Many videos, each as `posecast infer` does it, on this machine's cores or on a Ray cluster; what is done stays done.

    patterns -> inputs -> plan (what the manifest says is done is left out) -> run: jobs -> workers -> manifest

`videos` finds what the patterns mean, `manifest` is the journal of the folder of results, `plan` says what is to be
done and why, `work` does one video, and `run` hands jobs to workers (`local`, or `on_ray`) and tells what happens.
"""
