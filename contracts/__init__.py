"""The chain adapter: contracts, their typed client, wallets.

web3 brings py_ecc, which raises Python's recursion limit to 100,000 when it is first imported. Past
some 60,000 levels the C stack ends before that limit does: one deeply nested JSON body would
end the process instead of being refused. It is imported here, before web3, and the limit put back.
"""

import sys
from importlib import import_module

_LIMIT = sys.getrecursionlimit()
import_module("py_ecc")
sys.setrecursionlimit(_LIMIT)
