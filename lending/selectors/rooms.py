"""What the lanes can lend now, in cash and against each class, and the lane for a new loan (L4)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collateral.domain.classes import class_by_id
from collateral.domain.display import usd
from collateral.models import Asset
from lending.domain.errors import LendingRefused
from lending.domain.rooms import Room
from lending.models import ClassRoom, Lane, PoolState, RequestStatus, TermsRequest
from lending.parameters import pool_parameters
from lending.selectors.valuing import LRT_CLASS

PENDING = (RequestStatus.WAITING, RequestStatus.SENT)


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a new loan takes of a lane: cash for the draw, and room for all that it may ever draw
    in each class of its basket. Ledger units.
    """

    principal: int
    limit: int
    classes: frozenset[int]

    @property
    def on_tokens(self) -> int:
        """What it draws on restaking tokens."""
        return self.principal if LRT_CLASS in self.classes else 0


@dataclass(kw_only=True)
class LaneRoom:
    """What one lane can lend beyond what signed requests ask of it already; ledger units."""

    cash: int
    left: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tokens: Room = field(default_factory=Room)
    tokens_asked: int = 0

    def most(self, classes: Collection[int], now: int) -> int:
        """Return the largest loan without later draws that fits."""
        return max(0, min(self.cash, self.most_of(classes), self.most_on_tokens(classes, now)))

    def most_of(self, classes: Iterable[int]) -> int:
        """Return the room in the scarcest of the classes."""
        return min(self.left[class_id] for class_id in classes)

    def most_on_tokens(self, classes: Collection[int], now: int) -> int:
        """Return what may be drawn now if restaking tokens are among the classes."""
        if LRT_CLASS not in classes:
            return self.cash
        return self.tokens.inflow_left(now) - self.tokens_asked

    def take(self, need: Need) -> None:
        """Keep room for a request that waits."""
        self.cash -= need.principal
        self.tokens_asked += need.on_tokens
        for class_id in need.classes:
            self.left[class_id] -= need.limit


def lane_rooms(*, asked: Collection[RequestStatus] = PENDING) -> dict[int, LaneRoom]:
    """Return what each lane can lend beyond what requests so far ask of it, by its number."""
    rooms = {lane.number: LaneRoom(cash=lane.sums.room()) for lane in Lane.objects.all()}
    for row in ClassRoom.objects.all():
        rooms[row.lane_id].left[row.class_id] = row.left
        if row.class_id == LRT_CLASS:
            rooms[row.lane_id].tokens = row.room
    requests = list(TermsRequest.objects.filter(status__in=asked))
    for request, need in zip(requests, needs([one.terms for one in requests]), strict=True):
        if request.lane_number in rooms:
            rooms[request.lane_number].take(need)
    return rooms


def needs(terms: Collection[Mapping[str, object]]) -> list[Need]:
    """Return what loans on these terms take; assets that are unknown count in no class."""
    tokens = [[int(token) for token in _listed(one["assets"])] for one in terms]
    class_of = dict(
        Asset.objects.filter(token_id__in={one for some in tokens for one in some}).values_list(
            "token_id", "class_id"
        )
    )
    return [
        Need(
            principal=int(str(one["principal"])),
            limit=int(str(one["limit"])),
            classes=_classes(class_of, ids, int(str(one["lrtAmount"]))),
        )
        for one, ids in zip(terms, tokens, strict=True)
    ]


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _classes(class_of: Mapping[int, int], ids: Iterable[int], lrt_amount: int) -> frozenset[int]:
    known = {class_of[token] for token in ids if token in class_of}
    return frozenset(known | ({LRT_CLASS} if lrt_amount else set()))


def most_principal(*, token_ids: Iterable[int], lrt_amount: int, now: int) -> int:
    """Return the largest loan that any lane has room for on such a basket, ledger units."""
    basket = {"assets": list(token_ids), "lrtAmount": lrt_amount, "principal": 0, "limit": 0}
    classes = needs([basket])[0].classes
    return max((room.most(classes, now) for room in lane_rooms().values()), default=0)


def lane_with_room(need: Need, *, now: int) -> int:
    """Return the lane with the most cash among those with room, or raise what is short."""
    rooms = lane_rooms()
    fitting = [number for number, room in rooms.items() if shortage(need, [room], now) is None]
    if fitting:
        return max(fitting, key=lambda number: (rooms[number].cash, -number))
    raise shortage(need, rooms.values(), now) or _SPREAD


_SPREAD = LendingRefused(
    "no_lane_with_room",
    "No single lane of the pool has both the cash and the room for this loan now. Ask for less, "
    "or wait for the next close of the pool.",
)


def shortage(need: Need, rooms: Collection[LaneRoom], now: int) -> LendingRefused | None:
    """Return why none of these lanes has what a loan needs, and what the borrower can do."""
    most = max((room.cash for room in rooms), default=0)
    if most < need.principal:
        return _cash_short(need.principal, max(0, most))
    for class_id in sorted(need.classes):
        most = max(room.left[class_id] for room in rooms)
        if most < need.limit:
            return _class_short(class_id, need.limit, max(0, most))
    if all(room.most_on_tokens(need.classes, now) < need.on_tokens for room in rooms):
        return _inflow_short(need, rooms, now)
    return None


def _cash_short(asked: int, most: int) -> LendingRefused:
    return LendingRefused(
        "pool_short_of_cash",
        f"No lane of the pool can pay out {usd(asked)} now; the most is {usd(most)}. "
        f"Ask for less, or come back after the next close of the pool, {_next_close()}.",
    )


def _class_short(class_id: int, asked: int, most: int) -> LendingRefused:
    what = (
        "restaking tokens"
        if class_id == LRT_CLASS
        else f"assets of the class {class_by_id(class_id).label}"
    )
    return LendingRefused(
        "class_room_short",
        f"The pool lends at most {usd(most)} more on {what} until its next close, and this "
        f"loan may draw {usd(asked)}. Ask for less, or come back after the close, {_next_close()}.",
    )


def _inflow_short(need: Need, rooms: Collection[LaneRoom], now: int) -> LendingRefused:
    most = max(room.most_on_tokens(need.classes, now) for room in rooms)
    times = [
        room.tokens.inflow_at(need.on_tokens + room.tokens_asked, now=now)
        for room in rooms
        if room.cash >= need.principal
    ]
    known = [time for time in times if time is not None]
    back = f"come back at {_moment(min(known))}" if known else f"come back {_next_close()}"
    return LendingRefused(
        "inflow_too_fast",
        f"At most {usd(max(0, most))} can be drawn on restaking tokens now, and "
        f"{usd(need.on_tokens)} is asked for. The room refills within a day: ask for less, or "
        f"{back}.",
    )


def _next_close() -> str:
    """Return in words when the pool closes next at the earliest."""
    pool = PoolState.objects.filter(id=1).first()
    if pool is None:
        return "which waits for the pool's deployment"
    return f"from {_moment(pool.epoch_started_at + pool_parameters().epoch)} on"


def _moment(unix: int) -> str:
    return f"{datetime.fromtimestamp(unix, tz=UTC):%Y-%m-%d %H:%M} UTC"
