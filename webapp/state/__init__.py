"""What the server knows and keeps: status, settings on disk, the camera, the sources on offer."""
