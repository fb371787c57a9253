"""Monitoring of a running server: the log, Prometheus metrics, timings of backends."""
