"""Live outputs: scenes sent to other programs as they are made."""
