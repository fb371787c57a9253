"""Live data for viewers: scenes and statistics over sockets, pictures over HTTP."""
