"""Taking observations in: each is kept, and only those within the rules count."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from collateral.domain.addresses import AddressError, checksum_address
from collateral.models import Asset
from contracts.wallet import SignatureInvalid, recover_text
from oracles.domain import observations as rules
from oracles.domain.canonical import canonical_json, sha256
from oracles.domain.errors import ObservationRefused
from oracles.domain.parameters import CURRENCY_CLASS_ID, LRT_CLASS_ID
from oracles.domain.quantities import MAX_SCALE, ObservationKind, Unit, base_amount
from oracles.models import Observation, Source, Verdict
from oracles.models.observations import CURRENCY, SIGNATURE_LENGTH
from oracles.services.exchange import Rates
from oracles.services.feeds import Feed, shifted_feeds
from oracles.sources.statements import NewObservation

CHUNK = 2_000
_MAX_STORED = 10**77
_MAX_TIME = 2**62
_MAX_SCALE = 2**15 - 1
_CURRENCY = re.compile(CURRENCY)

Series = tuple[int, int | None, str, str, str]
Moment = tuple[int, int | None, str, str, int]
# Value, unit, scale and currency, as they were said.
Said = tuple[int, str, int, str]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One refused observation by its position in what was handed in, from 0."""

    position: int
    code: str
    message: str


@dataclass
class RecordReport:
    """How many observations count now, how many were known, and which were refused."""

    accepted: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)


def ensure_source(*, slug: str, name: str, kind: str, class_id: int | None = None) -> Source:
    """Return the source with that slug, recorded now if it is new."""
    source, _ = Source.objects.get_or_create(
        slug=slug, defaults={"name": name, "kind": kind, "class_id": class_id}
    )
    return source


def record_observations(*, observations: Iterable[NewObservation], now: int) -> RecordReport:
    """Record observations; ``now`` is chain time. The same ones again change nothing."""
    report = RecordReport()
    everything = list(observations)
    for start in range(0, len(everything), CHUNK):
        chunk = everything[start : start + CHUNK]
        with transaction.atomic():
            _Recorder(chunk, start=start, now=now, report=report).record()
    return report


class _Recorder:
    """Records one chunk with a handful of queries, however long it is."""

    def __init__(
        self, chunk: Sequence[NewObservation], *, start: int, now: int, report: RecordReport
    ) -> None:
        self._chunk, self._start, self._now, self._report = chunk, start, now, report
        self._sources = _locked_sources({one.source for one in chunk})
        asset_ids = {one.asset_id for one in chunk if one.asset_id is not None}
        assets = Asset.objects.filter(pk__in=asset_ids)
        self._assets = {
            pk: (class_id, token_id)
            for pk, class_id, token_id in assets.values_list("pk", "class_id", "token_id")
        }
        tokens = {_token_text(one.token) for one in chunk if one.token}
        self._last = _last_amounts(self._sources, asset_ids, tokens)
        self._known = _known_moments(self._sources, chunk)
        self._shifted = shifted_feeds(_updates(chunk))
        self._rates = Rates(
            currencies={one.currency for one in chunk}, times={one.observed_at for one in chunk}
        )

    def record(self) -> None:
        rows: list[Observation] = []
        for offset, given in enumerate(self._chunk):
            try:
                row = self._row(given)
            except ObservationRefused as refusal:
                self._refuse(self._start + offset, refusal)
                continue
            if row is None:
                self._report.repeated += 1
                continue
            if row.verdict == Verdict.REFUSED:
                refusal = ObservationRefused(row.code, row.reason)
                self._refuse(self._start + offset, refusal)
            else:
                self._report.accepted += 1
            rows.append(row)
        Observation.objects.bulk_create(rows, batch_size=CHUNK)

    def _refuse(self, position: int, refusal: ObservationRefused) -> None:
        self._report.refused.append(
            Refusal(position=position, code=refusal.code, message=str(refusal))
        )

    def _row(self, given: NewObservation) -> Observation | None:
        """Return the row to keep, or None when it is known; raise where it has no place."""
        source = self._source(given)
        class_id, token = self._subject(given)
        _, token_id = self._assets.get(given.asset_id, (None, None))
        subject = token or str(token_id or "")
        row = _unjudged(given, source=source, token=token, subject=subject)
        try:
            checked = _checked_form(given, row)
            _check_signed(given, source=source, subject=subject)
            moment: Moment = (source.pk, given.asset_id, token, given.kind, given.observed_at)
            said = (checked.value, given.unit, given.scale, given.currency)
            if self._known.get(moment) == said:
                return None
            counted = self._rates.in_dollars(checked, given.currency)
            self._judge(counted, class_id=class_id, moment=moment)
        except ObservationRefused as refusal:
            row.verdict, row.code = Verdict.REFUSED, refusal.code
            row.reason = str(refusal)[:300]
            return row
        row.amount = counted.amount
        self._known[moment] = said
        self._remember(moment, counted)
        return row

    def _judge(self, checked: rules.Observation, *, class_id: int, moment: Moment) -> None:
        if moment in self._known:
            raise ObservationRefused(
                "CONTRADICTION",
                f"{checked.source} already said something else for {checked.observed_at}. "
                "A correction is a new observation with a later time.",
            )
        shifted = self._shifted.get((checked.source, checked.kind, checked.unit))
        if shifted is not None:
            raise ObservationRefused(
                "FEED_SHIFTED",
                f"{len(shifted.broken)} of {shifted.series} series of {checked.source} leave their "
                "own past at once, each its own way, as when columns are shifted. Nothing of this "
                "update counts; check the feed and send it again with a later time.",
            )
        last = self._last.get((*moment[:4], checked.unit))
        rules.check(
            checked, class_id=class_id, now=self._now, last_amount=last[1] if last else None
        )

    def _remember(self, moment: Moment, checked: rules.Observation) -> None:
        series: Series = (*moment[:4], checked.unit)
        last = self._last.get(series)
        if last is None or last[0] <= checked.observed_at:
            self._last[series] = (checked.observed_at, checked.amount)

    def _source(self, given: NewObservation) -> Source:
        source = self._sources.get(given.source)
        if source is None:
            raise ObservationRefused(
                "SOURCE_UNKNOWN", f"There is no source {given.source[:60]!r}. Add it first."
            )
        return source

    def _subject(self, given: NewObservation) -> tuple[int, str]:
        """Return the class, and the token's address or the currency, empty for an asset."""
        if (given.asset_id is None) == (not given.token):
            raise ObservationRefused(
                "SUBJECT_MISSING", "An observation is of one asset, token or currency."
            )
        if given.asset_id is None:
            token = _token_text(given.token)
            if not token:
                raise ObservationRefused(
                    "BAD_ADDRESS",
                    f"{given.token[:60]!r} is no token's address and no currency's code.",
                )
            return (CURRENCY_CLASS_ID if _CURRENCY.match(token) else LRT_CLASS_ID), token
        if given.asset_id not in self._assets:
            raise ObservationRefused("ASSET_UNKNOWN", f"There is no asset {given.asset_id}.")
        return self._assets[given.asset_id][0], ""


def _updates(chunk: Sequence[NewObservation]) -> Iterator[tuple[Feed, str, int]]:
    """Yield what each readable observation says of its series; others are refused one by one."""
    for given in chunk:
        value = _storable(given.value)
        if value and value > 0 and 0 <= given.scale <= MAX_SCALE and given.unit in set(Unit):
            amount = base_amount(value=value, unit=Unit(given.unit), scale=given.scale)
            series = _token_text(given.token) if given.token else str(given.asset_id)
            yield (given.source, given.kind, given.unit), series, amount


def _checked_form(given: NewObservation, row: Observation) -> rules.Observation:
    """Return the observation in the domain's terms, refusing what cannot be read as one."""
    source = row.source
    if not source.active:
        raise ObservationRefused("SOURCE_INACTIVE", f"{source} is switched off.")
    if given.kind not in set(ObservationKind):
        raise ObservationRefused("KIND_UNKNOWN", f"{given.kind[:40]!r} is no kind of observation.")
    if given.unit not in set(Unit):
        raise ObservationRefused("UNIT_UNKNOWN", f"{given.unit[:40]!r} is no unit.")
    if (given.kind == ObservationKind.CAP) != (given.override_id is not None):
        raise ObservationRefused(
            "KIND_NOT_USED", "Only two people at the desk cap a value; no source does."
        )
    return rules.Observation(
        source=source.slug,
        kind=ObservationKind(given.kind),
        value=rules.read_value(given.value),
        unit=Unit(given.unit),
        scale=given.scale,
        observed_at=given.observed_at,
        raw_hash=row.raw_hash,
    )


def signed_text(given: NewObservation, *, subject: str) -> str:
    """Return what a source with a signer signs (EIP-191) of each observation.

    ``subject`` is the asset's token id in digits, the token's address or the currency's code.
    """
    return _as_document(given, subject).decode()


def _check_signed(given: NewObservation, *, source: Source, subject: str) -> None:
    """Refuse what the source's own key has not signed, where the source has one."""
    if not source.signer:
        return
    try:
        signature = bytes.fromhex(given.signature.removeprefix("0x"))
        signer = recover_text(signed_text(given, subject=subject), signature)
    except (ValueError, SignatureInvalid):
        signer = ""
    if signer.lower() != source.signer.lower():
        raise ObservationRefused(
            "SIGNATURE_INVALID",
            f"It is not signed by {source.signer}, whose signature {source} needs.",
        )


def _unjudged(given: NewObservation, *, source: Source, token: str, subject: str) -> Observation:
    """Return the row as given, cut to what the columns hold."""
    return Observation(
        asset_id=given.asset_id,
        token=token,
        source=source,
        kind=given.kind[:20],
        value=_storable(given.value),
        unit=given.unit[:20],
        currency=given.currency[:3],
        scale=given.scale if abs(given.scale) <= _MAX_SCALE else -1,
        observed_at=given.observed_at if 0 < given.observed_at < _MAX_TIME else 0,
        given=str(given.value)[:100],
        raw_hash=sha256(given.raw or _as_document(given, subject)).hex(),
        signature=given.signature[:SIGNATURE_LENGTH],
        override_id=given.override_id,
        verdict=Verdict.ACCEPTED,
    )


def _as_document(given: NewObservation, subject: str) -> bytes:
    return canonical_json(
        {
            "source": given.source,
            "of": subject,
            "kind": given.kind,
            "value": str(given.value),
            "unit": given.unit,
            "scale": given.scale,
            "currency": given.currency,
            "observed_at": given.observed_at,
        }
    )


def _storable(value: object) -> int | None:
    try:
        number = rules.read_value(value)
    except ObservationRefused:
        return None
    return number if abs(number) < _MAX_STORED else None


def _token_text(token: str) -> str:
    if _CURRENCY.match(token):
        return token
    try:
        return checksum_address(token)
    except AddressError:
        return ""


def _locked_sources(slugs: set[str]) -> dict[str, Source]:
    """Return the sources by slug, locked: two reports of one source wait for each other."""
    found = Source.objects.select_for_update().filter(slug__in=slugs).order_by("pk")
    return {source.slug: source for source in found}


def _accepted(
    sources: Mapping[str, Source], asset_ids: Iterable[int], tokens: Iterable[str]
) -> list[QuerySet[Observation]]:
    """Return the accepted observations by these sources, of the assets and of the tokens."""
    base = Observation.objects.filter(
        verdict=Verdict.ACCEPTED, source__in=[source.pk for source in sources.values()]
    )
    return [
        base.filter(asset__in=list(asset_ids)),
        base.filter(token__in=list(tokens)).exclude(token=""),
    ]


def _last_amounts(
    sources: Mapping[str, Source], asset_ids: Iterable[int], tokens: Iterable[str]
) -> dict[Series, tuple[int, int]]:
    """Return time and base amount of each source's newest word in each series."""
    last: dict[Series, tuple[int, int]] = {}
    series = ("source_id", "asset_id", "token", "kind", "unit")
    for found in _accepted(sources, asset_ids, tokens):
        newest = found.order_by(*series, "-observed_at").distinct(*series)
        for *key, amount, observed_at in newest.values_list(*series, "amount", "observed_at"):
            last[tuple(key)] = (observed_at, amount)
    return last


def _known_moments(
    sources: Mapping[str, Source], chunk: Sequence[NewObservation]
) -> dict[Moment, Said]:
    """Return what the sources already said for the moments in this chunk."""
    asset_ids = {one.asset_id for one in chunk if one.asset_id is not None}
    tokens = {_token_text(one.token) for one in chunk if one.token}
    times = {one.observed_at for one in chunk if 0 < one.observed_at < _MAX_TIME}
    known: dict[Moment, Said] = {}
    for found in _accepted(sources, asset_ids, tokens):
        for *key, value, unit, scale, currency in found.filter(observed_at__in=times).values_list(
            *("source_id", "asset_id", "token", "kind", "observed_at"),
            *("value", "unit", "scale", "currency"),
        ):
            known[tuple(key)] = (value, unit, scale, currency)
    return known
