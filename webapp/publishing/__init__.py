"""Cameras that send their pictures here: phones and laptops by their browsers, OBS and GStreamer by WHIP."""
