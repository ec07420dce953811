"""The figures of `bench settlement` as people read them, and the formula of the ceiling."""

from typing import TYPE_CHECKING

from benchmarks.report import table

if TYPE_CHECKING:
    from benchmarks.settling.run import Figures

FAST_CHAIN_GAS_PER_S = 5_000_000_000
MACHINES = 10


def settlement_tables(figures: "Figures") -> list[str]:
    """Return the throughputs with their gas, the other figures with their targets, the ceiling."""
    parts = [_throughputs, _others, _processor, _ceiling]
    return [line for part in parts for line in (*part(figures), "")][:-1]


def _throughputs(figures: "Figures") -> list[str]:
    rows = [("way", "operations", "operations/s", "gas per operation")]
    runs = [
        ("naive: one web3.py transaction each", figures.naive),
        ("chain's limit, blocks of 1 s", figures.limit),
        ("engine, accepted to final, blocks of 1 s", figures.engine),
        ("engine, each accepted by itself", figures.single),
        ("engine, a queue that was there before", figures.queue),
        ("chain's limit, 150 M gas each 0.4 s", figures.monad_limit),
        ("engine, 150 M gas each 0.4 s", figures.monad),
    ]
    rows += [
        (name, f"{run.operations:,}", f"{run.per_s:,.1f}", f"{run.gas_per_operation:,}")
        for name, run in runs
        if run is not None
    ]
    return table(rows)


def _others(figures: "Figures") -> list[str]:
    engine, limit = figures.engine, figures.limit
    share = engine.per_s / limit.per_s
    runs = [figures.engine, figures.single, figures.queue, figures.monad]
    peak = max(run.peak_bytes for run in runs if run is not None)
    catchup = figures.catchup
    read = (
        [
            ("event catch-up, events/s", "at least 5,000", f"{catchup.events_per_s:,.0f}"),
            ("settled words of the same, words/s", "none", f"{catchup.words_per_s:,.0f}"),
        ]
        if catchup
        else []
    )
    return table(
        [
            ("figure", "target", "measured"),
            ("settled operations/s", "at least 50,000", f"{engine.per_s:,.0f}"),
            ("share of the chain's limit", "at least 0.5", f"{share:.2f}"),
            ("times the naive way", "at least 500", f"{engine.per_s / figures.naive.per_s:,.0f}"),
            ("ideal speed-up of its batches", "at least 15", f"{figures.speedup:.2f}"),
            ("the same, 20 % hot keys", "at least 12", f"{figures.speedup_hot:.2f}"),
            ("gas used ÷ limits declared", "at least 0.90", f"{engine.block_fill:.3f}"),
            ("kill -9 of all to sending again", "at most 5 s", f"{figures.recovery_s:.1f} s"),
            ("peak memory of a process", "at most 1,024 MiB", f"{peak >> 20:,} MiB"),
            *read,
            ("duplicates", "0", str(figures.duplicates)),
            ("lost", "0", str(figures.lost)),
        ]
    )


def _processor(figures: "Figures") -> list[str]:
    """Return what one operation costs in processor time, by part; true on a busy machine too."""
    runs = [("blocks of 1 s", figures.engine), ("singly", figures.single)]
    runs += [("Monad's blocks", figures.monad)]
    runs += [("queue", figures.queue)] if figures.queue else []
    rows = [("µs of processor an operation", *(name for name, _ in runs))]
    for part in figures.engine.cpu_us:
        rows.append((part, *(f"{run.cpu_us.get(part, 0.0):.1f}" for _, run in runs)))
    rows.append(("in all", *(f"{sum(run.cpu_us.values()):.1f}" for _, run in runs)))
    rows.append(("seconds, the median batch", *("" for _ in runs)))
    for stage in figures.engine.stages_s:
        rows.append((stage, *(f"{run.stages_s[stage]:.2f}" for _, run in runs)))
    return table(rows)


def _ceiling(figures: "Figures") -> list[str]:
    """Say which of chain and engine is the narrower, here and on a larger installation."""
    engine, limit = figures.engine, figures.limit
    chain_gas_per_s = limit.per_s * limit.gas_per_operation
    fast = FAST_CHAIN_GAS_PER_S / engine.gas_per_operation
    return [
        "Ceiling: operations/s = min(gas/s of the chain ÷ gas per operation, machines × "
        "operations/s of one).",
        f"Here: {chain_gas_per_s / 1e6:,.0f} Mgas/s ÷ {limit.gas_per_operation:,} = "
        f"{limit.per_s:,.0f}; one machine, shared with the node, settles {engine.per_s:,.0f}.",
        f"At {MACHINES} machines on a chain of {FAST_CHAIN_GAS_PER_S / 1e9:.0f} Ggas/s: "
        f"min({fast:,.0f}, {MACHINES} × {engine.per_s:,.0f} = {MACHINES * engine.per_s:,.0f}) = "
        f"{min(fast, MACHINES * engine.per_s):,.0f}. Lanes share nothing in the database but its "
        "server.",
    ]
