"""Time-based one-time codes (RFC 6238: SHA-1, 30 s, 6 digits), with the time passed in. Keeps nothing."""

from __future__ import annotations

import base64
from datetime import datetime
from hmac import compare_digest
from io import BytesIO
from urllib.parse import quote, urlencode

import qrcode
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from qrcode.image.svg import SvgPathFillImage

STEP_SECONDS = 30
TOLERATED_STEPS = 1  # one step before and after: clocks of telephones drift


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 asks."""
    return str(generate_totp_secret())


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: str, at: datetime) -> str:
    """The code that the telephone shows at this time."""
    return str(format_hotp_value(hotp_value(secret, step_at(at))))


def digits_of(typed: str) -> str:
    return "".join(c for c in typed if c.isalnum())


def matching_step(secret: str, typed: str, *, at: datetime, used: int | None) -> int | None:
    """The time step that this code belongs to, or None. Steps up to `used` are spent (RFC 6238, 5.2)."""
    typed = digits_of(typed)
    found = None
    for step in range(step_at(at) - TOLERATED_STEPS, step_at(at) + TOLERATED_STEPS + 1):
        same = compare_digest(typed.encode(), str(format_hotp_value(hotp_value(secret, step))).encode())
        if same and (used is None or step > used):
            found = step
    return found


def otpauth_url(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says to the telephone (Key URI format)."""
    label = quote(f"{issuer}:{account}", safe="@")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)


def qr_image(url: str) -> str:
    """The QR code as a `data:` address of an SVG, dark on white in both themes so that cameras read it."""
    stream = BytesIO()
    qrcode.make(url, image_factory=SvgPathFillImage, border=4).save(stream)
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def in_groups(secret: str, size: int = 4) -> str:
    """The secret as a person types it: groups of four."""
    return " ".join(secret[i : i + size] for i in range(0, len(secret), size))
