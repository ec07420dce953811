"""The engine's state as Prometheus metrics, read from the database at each scrape.

Any number of processes on any number of machines so give the same figures.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from settlement.console import endpoints, keys, open_incidents
from settlement.selectors import pipeline


class Engine(Collector):
    """All metrics of settlement."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics, read anew."""
        yield from _pipeline()
        yield from _keys()
        yield _nodes()
        incidents = GaugeMetricFamily("ballast_incidents_open", "Incidents nobody has closed")
        incidents.add_metric([], len(open_incidents()))
        yield incidents


def exposition() -> bytes:
    """Return the metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Engine())
    return generate_latest(registry)


def _pipeline() -> Iterator[Metric]:
    state = pipeline()
    batches = GaugeMetricFamily("ballast_batches", "Batches by status", labels=["status"])
    for status, count in sorted(state.by_status.items()):
        batches.add_metric([status], count)
    yield batches
    for name, told, value in (
        ("operations", "Operations accepted", state.operations),
        ("operations_settled", "Operations that the chain has applied", state.operations_settled),
        ("reader_block", "Block up to which events were read", state.block_number),
        ("reader_lag_blocks", "Blocks between the reader and the head", state.lag_blocks),
        ("reader_lag_seconds", "Time since the reader last moved", state.lag_s),
    ):
        yield GaugeMetricFamily(f"ballast_{name}", told, value=value)
    waiting = GaugeMetricFamily("ballast_lane_waiting", "Operations waiting", labels=["lane"])
    for lane in state.lanes:
        waiting.add_metric([str(lane.lane)], lane.waiting)
    yield waiting


def _nodes() -> Metric:
    heads = GaugeMetricFamily(
        "ballast_node_head", "Newest block of a node, -1 of one that is silent", labels=["node"]
    )
    for name, head in endpoints().items():
        heads.add_metric([name], -1 if head is None else head)
    return heads


def _keys() -> Iterator[Metric]:
    labels = ["address", "purpose", "lane"]
    flying = GaugeMetricFamily("ballast_key_in_flight", "Transactions on their way", labels=labels)
    stuck = GaugeMetricFamily("ballast_key_stuck", "On their way for over a minute", labels=labels)
    paused = GaugeMetricFamily("ballast_key_paused", "1 while the key is paused", labels=labels)
    balance = GaugeMetricFamily("ballast_key_balance_wei", "Native balance", labels=labels)
    for key in keys():
        lane = "" if key.signer.lane is None else str(key.signer.lane)
        values = [key.signer.address, key.signer.purpose, lane]
        flying.add_metric(values, key.in_flight)
        stuck.add_metric(values, key.stuck)
        paused.add_metric(values, int(bool(key.signer.paused)))
        if key.balance_wei is not None:
            balance.add_metric(values, key.balance_wei)
    yield from (flying, stuck, paused, balance)
