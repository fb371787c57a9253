"""Calibration of cameras from what they see: printed boards, and people.

In: pictures, or the 2D poses of people. Out: `engine.geometry.CameraSpec`, and how far it can be trusted.
"""
