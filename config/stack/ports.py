"""Ports on the loopback interface: remembered by this checkout, and never another's."""

import socket

from config.stack.record import read_record, update_record

PREFERRED_PORTS = {"chain": 8545, "web": 8000}


def remembered_port(part: str) -> int:
    """Return the port that a part of the stack uses, choosing a free one the first time."""
    known = read_record().get("ports", {})
    return known[part] if part in known else choose_port(part)


def choose_port(part: str) -> int:
    """Return the remembered or preferred port if it is free, else any free one; remember it."""
    known = read_record().get("ports", {})
    wanted = known.get(part, PREFERRED_PORTS[part])
    port = wanted if is_free(wanted) else any_free_port()
    update_record(ports={**known, part: port})
    return port


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
