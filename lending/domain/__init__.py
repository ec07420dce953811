"""The maths of lending: plain Python, integers only, equal to the unit to the contracts."""
