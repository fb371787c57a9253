"""Recordings: recording, listing, replaying."""
