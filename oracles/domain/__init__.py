"""How values come about, in plain Python: no Django, no chain client, no I/O, no clock."""
