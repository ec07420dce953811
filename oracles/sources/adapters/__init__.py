"""Every way of asking a source, behind one interface: a document, and what it says.

Some documents speak for themselves (`read`): a list of observations, a price on the chain. Others
say something of every thing of some classes (`speak`): an index, a list of rents, devices' reports.
These are applied to assets in chunks, each a task of its own, from the one stored document.
"""

from oracles.models import Adapter as Kind
from oracles.models import SourceFeed
from oracles.sources.adapters.aggregator import Aggregator
from oracles.sources.adapters.base import Asking, Survey, Teller
from oracles.sources.adapters.depreciation import Depreciation
from oracles.sources.adapters.devices import Devices
from oracles.sources.adapters.exchange_rates import ExchangeRates
from oracles.sources.adapters.http_json import HttpJson
from oracles.sources.adapters.price_index import PriceIndexFeed
from oracles.sources.adapters.rents import Rents

ADAPTERS: dict[str, Teller | Survey] = {
    Kind.HTTP_JSON: HttpJson(),
    Kind.EXCHANGE_RATES: ExchangeRates(),
    Kind.PRICE_INDEX: PriceIndexFeed(),
    Kind.RENTS: Rents(),
    Kind.AGGREGATOR: Aggregator(),
    Kind.DEVICES: Devices(),
    Kind.DEPRECIATION: Depreciation(),
}

__all__ = ["ADAPTERS", "Asking", "Survey", "Teller", "adapter_of"]


def adapter_of(feed: SourceFeed) -> Teller | Survey:
    """Return what asks a feed's source."""
    return ADAPTERS[feed.adapter]
