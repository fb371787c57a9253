"""The certificate that a server shows: one of the user's own, or one that Posecast makes for this machine and keeps.

A certificate that is made here is signed by nobody, so that browsers warn once; a person can compare its fingerprint.
Browsers accept none that lasts longer than 398 days.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.errors import PosecastError, reason
from engine.files import whole_file

LASTS = dt.timedelta(days=397)
_RENEWED_BEFORE = dt.timedelta(days=30)
_EARLIER = dt.timedelta(hours=1)
"""How long before now it begins to be valid: clocks of phones differ."""
_FILE = "posecast.pem"
"""Certificate and key in one file, so that there is never one without the other."""
_MOST_NAMES = 64


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM; `fingerprint` is that of SHA-256, as browsers show it."""

    certificate: Path
    key: Path
    fingerprint: str
    self_made: bool

    def context(self) -> ssl.SSLContext:
        """For the server's side. PosecastError if the files are not a certificate and its key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.certificate, self.key, password=_refuse_password)
        except (OSError, ValueError) as error:
            raise PosecastError(
                f"the certificate {self.certificate.name} and the key {self.key.name} do not work: {reason(error)}",
                "give the certificate with --tls-cert and its key, without a password, with --tls-key, both in PEM",
            ) from error
        return context


def given(certificate: Path, key: Path) -> Certificate:
    """The user's own. PosecastError if it cannot be used."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise PosecastError(
            f"{certificate} is not a certificate: {reason(error)}", "give one in PEM, with its chain, with --tls-cert"
        ) from error
    if leaf.not_valid_after_utc < _now():
        raise PosecastError(
            f"the certificate {certificate} expired on {leaf.not_valid_after_utc:%Y-%m-%d}", "renew it, or --tls auto"
        )
    made = Certificate(certificate, key, fingerprint(leaf), self_made=False)
    made.context()
    return made


def self_made(folder: Path, names: Iterable[str]) -> Certificate:
    """The one kept in `folder` if it is for all `names` (of hosts, or addresses) and lasts; otherwise a new one.

    PosecastError if the folder cannot be written to.
    """
    path = folder / _FILE
    kept = _read(path)
    wanted = dict.fromkeys(names)
    if kept is None or not _lasts(kept) or not wanted.keys() <= set(_names_of(kept)):
        # Names of before stay: a machine that comes back to a network keeps the certificate that phones know.
        before = _names_of(kept) if kept is not None else []
        kept = _make(path, list(dict.fromkeys([*wanted, *before]))[:_MOST_NAMES])
    return Certificate(path, path, fingerprint(kept), self_made=True)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as AA:BB:…"""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _make(path: Path, names: list[str]) -> x509.Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Posecast on this machine")])
    now = _now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now - _EARLIER + LASTS)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(path) as part:
            part.touch(mode=0o600)
            part.write_bytes(
                private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                + made.public_bytes(Encoding.PEM)
            )
    except OSError as error:
        raise PosecastError(
            f"the certificate cannot be kept in {path.parent}: {reason(error)}",
            "make the folder writable, or give a certificate with --tls-cert and --tls-key",
        ) from error
    return made


def _read(path: Path) -> x509.Certificate | None:
    """The certificate that is kept with its key; None without, and where one of them is damaged."""
    try:
        content = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
        key = load_pem_private_key(content, password=None)
    except (OSError, ValueError, TypeError):
        return None
    return certificate if key.public_key() == certificate.public_key() else None


def _lasts(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc - _now() > _RENEWED_BEFORE


def _names_of(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def _refuse_password() -> bytes:
    """Without it, OpenSSL would ask on the terminal."""
    raise ValueError("the key is protected by a password")
