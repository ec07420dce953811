"""Each request to the node fails once: the first, then the second, until a run makes no more."""

from settlement.services import signers
from tests.faults.support import lies

MOST_CALLS = 400
# Seed by seed, every call of a run is failed in every way; five seeds fail a sample.
STRIDE = 25
FAULTS = (lies.unreachable, lies.accepted_then_cut, lies.truncated)


def test_the_nth_call_may_fail_in_any_way(world, ends_well, baseline):
    fault = world.one_of(FAULTS)
    for at in range(world.seed // len(FAULTS) % STRIDE, MOST_CALLS, STRIDE):
        baseline.restore()
        world.restart()
        world.accept_calls(1, lane=world.lanes[0])
        world.accept_collects(2)
        failing = lies.nth(fault(*lies.ANY), at)
        world.node.tell(failing)

        world.beats(2, seconds=signers.LEASE_S + 1)

        ends_well()
        if not failing.told:
            return
    raise AssertionError(f"a run makes more than {MOST_CALLS} calls")
