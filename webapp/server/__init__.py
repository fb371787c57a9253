"""The process that serves: checks before the start, the WSGI server, what a restart begins with."""
