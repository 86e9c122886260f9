"""One-time codes: those of RFC 6238, one step of drift each way, each used once."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from carnet.accounts import totp

# RFC 6238, appendix B (SHA-1), cut to six digits.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOW = datetime(2026, 3, 2, 8, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_gives_the_codes_of_the_rfc(seconds, code):
    assert totp.code_at(RFC_SECRET, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize(("drift", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_tolerates_one_step_of_drift(drift, right):
    code = totp.code_at(SECRET, NOW + timedelta(seconds=drift))
    assert (totp.matching_step(SECRET, code, at=NOW, used=None) is not None) == right


def test_takes_the_code_as_people_type_it():
    code = totp.code_at(SECRET, NOW)
    assert totp.matching_step(SECRET, f" {code[:3]} {code[3:]} ", at=NOW, used=None) == totp.step_at(NOW)


def test_refuses_a_spent_step_and_every_step_before_it():
    now = totp.step_at(NOW)
    code, before = totp.code_at(SECRET, NOW), totp.code_at(SECRET, NOW - timedelta(seconds=30))
    after = totp.code_at(SECRET, NOW + timedelta(seconds=30))
    assert totp.matching_step(SECRET, code, at=NOW, used=now) is None
    assert totp.matching_step(SECRET, before, at=NOW, used=now) is None
    assert totp.matching_step(SECRET, after, at=NOW, used=now) == now + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "é", "０１２３４５"])
def test_refuses_what_is_no_code(typed):
    assert totp.matching_step(SECRET, typed, at=NOW, used=None) is None


def test_secrets_differ_and_hold_160_bits():
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(base64.b32decode(s)) == 20 for s in secrets)


def test_the_qr_code_stays_on_this_machine():
    url = totp.otpauth_url(SECRET, account="alice@cabinet.fr", issuer="Carnet Cabinet des Tilleuls")
    assert url.startswith(
        "otpauth://totp/Carnet%20Cabinet%20des%20Tilleuls%3Aalice@cabinet.fr?secret=" + SECRET
    )
    assert totp.qr_image(url).startswith("data:image/svg+xml;base64,")
    assert totp.in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
