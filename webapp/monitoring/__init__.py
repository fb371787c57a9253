"""What people and machines learn about a running server: the log, Prometheus metrics, timings of backends."""
