"""Wrong secrets cost growing time; nothing is ever locked for good, and nobody pays for a neighbour."""

from datetime import UTC, datetime, timedelta

import pytest

from carnet.accounts.throttle import FREE_TRIES, KEPT, LONGEST_DELAY, Throttle, TooManyTries, delay_after

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HERE = "192.168.1.10"


def fail(
    throttle: Throttle, times: int, *, name: str = "alice", address: str = HERE, at: datetime = NOW
) -> None:
    for _ in range(times):
        throttle.begin(name, address, at=at)


def test_a_few_mistakes_cost_nothing():
    throttle = Throttle()
    fail(throttle, FREE_TRIES)
    throttle.begin("alice", HERE, at=NOW)


def test_the_next_ones_cost_more_and_more():
    assert [delay_after(n).total_seconds() for n in range(FREE_TRIES, FREE_TRIES + 5)] == [0, 5, 10, 20, 40]
    throttle = Throttle()
    fail(throttle, FREE_TRIES + 1)
    with pytest.raises(TooManyTries) as refused:
        throttle.begin("alice", HERE, at=NOW + timedelta(seconds=2))
    assert refused.value.seconds == 3
    assert "3 s" in str(refused.value)
    throttle.begin("alice", HERE, at=NOW + timedelta(seconds=5))


def test_never_longer_than_a_quarter_of_an_hour():
    assert delay_after(10_000) == LONGEST_DELAY
    throttle, at = Throttle(), NOW
    for _ in range(100):
        throttle.begin("alice", HERE, at=at)
        at += LONGEST_DELAY


def test_asking_while_waiting_does_not_prolong_the_wait():
    throttle = Throttle()
    fail(throttle, FREE_TRIES + 1)
    for _ in range(50):
        with pytest.raises(TooManyTries):
            throttle.begin("alice", HERE, at=NOW + timedelta(seconds=1))
    throttle.begin("alice", HERE, at=NOW + timedelta(seconds=5))


def test_success_forgives():
    throttle = Throttle()
    fail(throttle, FREE_TRIES)
    throttle.succeed("alice", HERE)
    fail(throttle, FREE_TRIES + 1)


def test_a_colleague_at_the_same_address_and_alice_elsewhere_are_not_slowed():
    throttle = Throttle()
    fail(throttle, FREE_TRIES + 1)
    throttle.begin("bruno", HERE, at=NOW)
    throttle.begin("alice", "192.168.1.11", at=NOW)


def test_invented_names_do_not_fill_the_memory():
    throttle = Throttle()
    for n in range(KEPT + 100):
        throttle.begin(f"name {n}", HERE, at=NOW)
    assert len(throttle._counts) == KEPT


def test_the_night_is_forgotten():
    throttle = Throttle()
    fail(throttle, FREE_TRIES)
    fail(throttle, FREE_TRIES + 1, at=NOW + timedelta(hours=13))
