"""A relay: a server with the same page, the same streams and viewers' tokens, and neither engine nor settings."""
