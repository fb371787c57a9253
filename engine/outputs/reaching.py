"""Why a target over TCP cannot be reached, in words."""

from __future__ import annotations

import socket
import ssl

from engine.errors import PosecastError, reason


def unreachable(place: str, error: OSError, what: str) -> PosecastError:
    """What is wrong with connecting to `place`, HOST:PORT; `what` is there, "the broker" for example."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return PosecastError(
            f"the certificate of {place} is not trusted: {error.verify_message}",
            "set SSL_CERT_FILE to a file with the certificate of the authority that signed it",
        )
    if isinstance(error, ssl.SSLError):
        return PosecastError(f"{place} does not speak TLS", "check the port, or write the address without TLS")
    if isinstance(error, socket.gaierror):
        return PosecastError(f"there is no host {place.rpartition(':')[0]!r}", "check its name, or give its number")
    if isinstance(error, ConnectionRefusedError):
        return PosecastError(f"nothing listens at {place}", f"start {what}, or correct the port")
    if isinstance(error, TimeoutError):
        return PosecastError(f"{place} does not answer", "check the address, the network and firewalls")
    return PosecastError(f"{place} cannot be reached: {reason(error)}", "check the address and the network")
