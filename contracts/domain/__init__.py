"""Plain Python about what goes over the wire: words, results, conflicts."""
