"""What reaches viewers while it happens: scenes and statistics over sockets, pictures over HTTP."""
