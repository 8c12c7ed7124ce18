"""The stand-in's own time."""

from __future__ import annotations

from stack.stripe.clock import Clock


class Machine:
    """A machine's clock."""

    def __init__(self) -> None:
        self.moment = 1000.5

    def __call__(self) -> float:
        return self.moment


def test_runs_with_the_machine_and_ahead_of_it() -> None:
    """A running clock goes on with the machine's, also after it was moved ahead, and signatures keep the machine's."""
    machine = Machine()
    clock = Clock(machine)
    assert clock.now() == 1000
    clock.move_to(5000)
    machine.moment += 10
    assert (clock.now(), clock.machine_now()) == (5010, 1010)


def test_stands_until_told() -> None:
    """A frozen clock moves only when told, and signatures carry its time."""
    machine = Machine()
    clock = Clock(machine, frozen_at=50)
    machine.moment += 10
    assert (clock.now(), clock.machine_now()) == (50, 50)
    clock.move_to(60)
    assert clock.now() == 60


def test_never_goes_back() -> None:
    """Neither a move nor a snapshot takes a clock back."""
    clock = Clock(Machine(), frozen_at=50)
    clock.move_to(40)
    clock.restore(30, 0)
    assert clock.now() == 50
    clock.restore(70, 0)
    assert clock.now() == 70


def test_a_restart_keeps_what_was_ahead() -> None:
    """A running clock that was ahead of the machine is as far ahead after a restart."""
    clock = Clock(Machine())
    clock.restore(None, 500)
    assert (clock.now(), clock.ahead_s) == (1500, 500)


def test_held_for_what_was_due() -> None:
    """What was due at a moment sees that moment, and the clock is where it was afterwards."""
    clock = Clock(Machine(), frozen_at=50)
    with clock.held_at(20):
        assert clock.now() == 20
    assert clock.now() == 50
