"""Countries as ISO 3166-1 names them, and the other codes that people write for them."""

import re

from collateral.domain.identifiers.base import IdentifierError, compact, shown

# XK is Kosovo's code by custom, EU stands on papers of the Union.
_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO "
    "BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ "
    "DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP "
    "GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG "
    "KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML "
    "MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE "
    "PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL "
    "SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM "
    "US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK EU"
)
_COUNTRIES = frozenset(_CODES.split())
# What the Union, the vehicle registries and the three-letter codes say instead.
_ALIASES = {"UK": "GB", "EL": "GR", "USA": "US", "CAN": "CA", "CHN": "CN", "GBR": "GB", "DEU": "DE"}
_SUBDIVISION = re.compile(r"([A-Z]{2})-[0-9A-Z]{1,3}")


def country_of(raw: str | None) -> str:
    """Return the country of a jurisdiction: ``us``, ``US-CA`` and ``USA`` are one market.

    Empty where none is given; raises ``COUNTRY_FORMAT`` for what is no country, since a made-up
    one would be a way around the rules of the real one.
    """
    if raw is None or not raw.strip():
        return ""
    text = compact(raw, keep_dashes=True)
    subdivision = _SUBDIVISION.fullmatch(text)
    code = subdivision[1] if subdivision else text
    code = _ALIASES.get(code, code)
    if code not in _COUNTRIES:
        raise IdentifierError(
            "COUNTRY_FORMAT", f"{shown(raw)} is not a two-letter country code such as US or ES."
        )
    return code
