"""Who may talk to the server, and how: hosts and origins, tokens and roles, limits, errors as answers."""
