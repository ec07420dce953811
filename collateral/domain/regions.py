"""Where in the United States a thing is, as far as its facts tell."""

import re
from collections.abc import Mapping

_FIPS = (
    "AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 "
    "KY21 LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 "
    "ND38 OH39 OK40 OR41 PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56"
)
_STATES = {code[2:]: code[:2] for code in _FIPS.split()}
_STATE_IN_ADDRESS = re.compile(r",\s*([A-Z]{2})\b(?:\s+[0-9-]+)?\s*$")


def state_of(attributes: Mapping[str, object]) -> str | None:
    """Return the US state of a thing by its county code or its address, if either tells."""
    state = _STATES.get(str(attributes.get("fips", ""))[:2])
    in_address = _STATE_IN_ADDRESS.search(str(attributes.get("address", "")))
    return state or (in_address[1] if in_address else None)
