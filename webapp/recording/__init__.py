"""Recordings: making them, listing them, playing them."""
