"""Uploads: an operator's own videos and images, received in pieces, examined, listed, removed."""
