"""The server's state: status, settings on disk, the camera, the available sources."""
