"""Plain Python about planning, gas and fees."""
