"""Stress runs from the outside: portfolios, scenarios, the chart."""
