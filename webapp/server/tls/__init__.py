"""https: which certificate there is, and where TLS ends: in front of the application, which never sees it."""
