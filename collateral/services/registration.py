"""Registering things: identifiers to anchors, one row for one thing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, transaction

from collateral.domain.addresses import checksum_address
from collateral.domain.anchors import anchor, identity_commitment
from collateral.domain.classes import AssetClass
from collateral.domain.classes.coherence import refuse_incoherent
from collateral.domain.entries import Entries
from collateral.domain.identifiers import Identifier, identify, scheme_for
from collateral.errors import DuplicateAnchor, RegistrationError
from collateral.holding import holder_of_anchors
from collateral.models import Asset, AssetAnchor, AssetStatus, Owner

SALT_BYTES = 32
BATCH_SIZE = 2_000


@dataclass(frozen=True, kw_only=True)
class NewAsset:
    """One thing to register, checked already; amounts in ledger units (1e-6 USD)."""

    asset_class: AssetClass
    identifiers: Sequence[Identifier]
    attributes: Mapping[str, int | str]
    flags: frozenset[str] = frozenset()
    price_units: int | None = None
    owner: Owner | None = None
    originator_address: str = ""
    publisher: str = ""
    source_file: str = ""
    source_line: int | None = None
    source_record: int | None = None


@dataclass
class _Prepared:
    """An unsaved asset with its unsaved anchors."""

    asset: Asset
    anchors: list[AssetAnchor] = field(default_factory=list)


def hex_of(value: bytes) -> str:
    """Return bytes as 0x-prefixed text."""
    return "0x" + value.hex()


def anchor_keys() -> list[bytes]:
    """Return the anchor keys, newest version first."""
    versions = settings.ANCHOR_KEYS
    return [versions[version].encode() for version in sorted(versions, reverse=True)]


def ensure_owner(*, address: str, label: str = "") -> Owner:
    """Return the owner with that wallet, recorded now if it is new."""
    owner, created = Owner.objects.get_or_create(
        address=checksum_address(address), defaults={"label": label}
    )
    if label and not created and owner.label != label:
        owner.label = label
        owner.save(update_fields=["label"])
    return owner


def register_asset(
    *,
    asset_class: AssetClass,
    owner_address: str,
    identifiers: Mapping[str, Mapping[str, str]],
    attributes: Mapping[str, int | str],
    jurisdiction: str | None = None,
    price_units: int | None = None,
    originator_address: str = "",
) -> Asset:
    """Register one thing by all its identifiers; ``identifiers`` maps a scheme to its parts.

    Raises ``IdentifierError`` for a bad identifier, ``DuplicateAnchor`` for a known thing.
    """
    refuse_incoherent(attributes)
    found = [
        identify(scheme=scheme, values=parts, jurisdiction=jurisdiction)
        for scheme, parts in _best_first(asset_class, identifiers)
    ]
    with transaction.atomic():
        new = NewAsset(
            asset_class=asset_class,
            identifiers=found,
            attributes=attributes,
            flags=frozenset().union(*(one.flags for one in found)),
            price_units=price_units,
            owner=ensure_owner(address=owner_address),
            originator_address=_optional_address(originator_address),
        )
        return register_assets(assets=[new])[0]


def _optional_address(address: str) -> str:
    return checksum_address(address) if address else ""


def register_entries(
    *, asset_class: AssetClass, owner_address: str, entries: Entries, originator_address: str = ""
) -> Asset:
    """Register what an owner entered; raises ``DuplicateAnchor`` for a known thing."""
    with transaction.atomic():
        new = NewAsset(
            asset_class=asset_class,
            identifiers=entries.identifiers,
            attributes=entries.attributes,
            flags=frozenset().union(*(one.flags for one in entries.identifiers)),
            price_units=entries.price_units,
            owner=ensure_owner(address=owner_address),
            originator_address=_optional_address(originator_address),
        )
        return register_assets(assets=[new])[0]


def _best_first(
    asset_class: AssetClass, identifiers: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, Mapping[str, str]]]:
    """Order the given identifiers as the class ranks them, refusing those it does not take."""
    refused = [scheme for scheme in identifiers if scheme not in asset_class.schemes]
    if refused or not identifiers:
        raise RegistrationError(
            "SCHEME_NOT_ACCEPTED",
            f"{asset_class.label} is identified by {_accepted(asset_class)}; "
            f"{', '.join(refused) or 'nothing'} was given.",
        )
    if "record" in identifiers:
        raise RegistrationError(
            "RECORD_FOR_IMPORTS_ONLY",
            "A record of a file identifies imported assets only; enter the thing's own identifier.",
        )
    return [(one, identifiers[one]) for one in asset_class.schemes if one in identifiers]


def _accepted(asset_class: AssetClass) -> str:
    return " or ".join(scheme_for(one).label for one in asset_class.schemes if one != "record")


def register_assets(*, assets: Sequence[NewAsset]) -> list[Asset]:
    """Write many assets with their anchors in one transaction; a taken anchor refuses them all."""
    keys = anchor_keys()
    prepared = [_prepare(new, keys) for new in assets]
    try:
        with transaction.atomic():
            saved = Asset.objects.bulk_create(
                [one.asset for one in prepared], batch_size=BATCH_SIZE
            )
            anchors = [row for one in prepared for row in one.anchors]
            AssetAnchor.objects.bulk_create(anchors, batch_size=BATCH_SIZE)
    except IntegrityError as error:
        raise _taken(prepared) from error
    return saved


def _taken(prepared: Sequence[_Prepared]) -> DuplicateAnchor:
    """Say which asset and request hold an identifier, without saying whose they are."""
    held = holder_of_anchors([row.anchor for one in prepared for row in one.anchors])
    by = f" by {held.sentence}" if held else "."
    return DuplicateAnchor(
        "DUPLICATE_ANCHOR",
        f"This thing is registered already: one of its identifiers is taken{by} "
        "If you own it, look for it under your assets.",
        held.as_data() if held else None,
    )


def anchors_for(identifiers: Sequence[Identifier], keys: Sequence[bytes]) -> list[str]:
    """Return the anchors of all identifiers under all keys as 0x-text, the token id first."""
    return [
        hex_of(anchor(scheme=one.scheme, canonical=one.canonical, key=key))
        for key in keys
        for one in identifiers
    ]


def _prepare(new: NewAsset, keys: Sequence[bytes]) -> _Prepared:
    best = new.identifiers[0]
    salt = secrets.token_bytes(SALT_BYTES)
    anchors = anchors_for(new.identifiers, keys)
    asset = Asset(
        class_id=new.asset_class.id,
        scheme=best.scheme,
        canonical=best.canonical,
        anchor=anchors[0],
        identity_salt=salt,
        identity_commitment=hex_of(identity_commitment(salt=salt, canonical=best.canonical)),
        attributes=dict(new.attributes),
        flags=sorted(new.flags),
        price_units=new.price_units,
        owner=new.owner,
        originator_address=new.originator_address,
        publisher=new.publisher,
        source_file=new.source_file,
        source_line=new.source_line,
        source_record=new.source_record,
        status=AssetStatus.DRAFT,
    )
    named = [one for _ in keys for one in new.identifiers]
    rows = [
        AssetAnchor(
            asset=asset,
            position=position,
            scheme=one.scheme,
            canonical=one.canonical,
            anchor=text,
        )
        for position, (one, text) in enumerate(zip(named, anchors, strict=True))
    ]
    return _Prepared(asset, rows)


def assign_owner(*, asset_ids: Sequence[int], owner_address: str) -> int:
    """Give imported drafts that nobody owns yet to an owner; return how many."""
    owner = ensure_owner(address=owner_address)
    drafts = Asset.objects.filter(pk__in=asset_ids, owner__isnull=True, status=AssetStatus.DRAFT)
    return drafts.update(owner=owner)
