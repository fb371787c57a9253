"""Access to the server: hosts and origins, tokens and roles, limits, and errors as answers."""
