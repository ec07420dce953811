"""Registers to look things up in: assets, owners, verifiers, what they signed."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from collateral.admin.base import STATUS_COLOURS, BaseAdmin, OpenToVerifiers, PageAdmin, verifier_of
from collateral.admin.decisions import PROPOSE, may_decide
from collateral.admin.filters import ExpiryFilter
from collateral.domain.classes import Role
from collateral.domain.display import identifier_words, moment, shortened, usd
from collateral.models import (
    ApplicationStatus,
    Asset,
    AssetStatus,
    Attestation,
    Challenge,
    ChallengeStatus,
    LrtHolding,
    Owner,
    Verifier,
    VerifierApplication,
    VerifierInterest,
)
from collateral.selectors import asset_sheet
from collateral.selectors.calls import admission_proposal, ruling_proposals

LIVING = (AssetStatus.MINTED, AssetStatus.PLEDGED)


@admin.register(Asset)
class AssetAdmin(PageAdmin):
    """Every registered thing, whatever became of it."""

    page_template = "collateral/desk/asset.html"

    list_display = ("asset", "class_id", "shown_status", "owned_by", "price", "cap", "source")
    list_filter = ("status", "class_id", "publisher")
    search_fields = ("canonical", "anchor", "owner__address", "owner__label")
    list_select_related = ("owner",)
    ordering = ("-pk",)

    @display(description="Asset", header=True)
    def asset(self, asset: Asset) -> list[str]:
        """Show its name over its identifier."""
        return [asset.name, identifier_words(asset.canonical)]

    @display(description="Status", label=STATUS_COLOURS, ordering="status")
    def shown_status(self, asset: Asset) -> tuple[str, str]:
        """Show where it stands."""
        return asset.status, asset.get_status_display()

    @display(description="Owner", ordering="owner")
    def owned_by(self, asset: Asset) -> str:
        """Show the owner's name, or its address with the middle left out."""
        if asset.owner is None:
            return "none yet"
        return asset.owner.label or shortened(asset.owner.address)

    @display(description="Price hint", ordering="price_units")
    def price(self, asset: Asset) -> str:
        """Show the price it came with."""
        return usd(asset.price_units) if asset.price_units else "none"

    @display(description="Appraisal cap", ordering="appraisal_cap_units")
    def cap(self, asset: Asset) -> str:
        """Show the lowest value that its verifiers attested."""
        return usd(asset.appraisal_cap_units) if asset.appraisal_cap_units else "none"

    @display(description="Source")
    def source(self, asset: Asset) -> str:
        """Show where the record came from."""
        if not asset.source_file:
            return "entered by its owner"
        return f"{asset.source_file}, line {asset.source_line}"

    def page(self, request: HttpRequest, asset: Asset) -> dict[str, Any]:
        """Show everything recorded of one asset."""
        return {
            "title": asset.name,
            "sheet": asset_sheet(asset),
            "freeze": asset.status in LIVING and may_decide(request.user, PROPOSE),
        }


@admin.register(Owner)
class OwnerAdmin(BaseAdmin):
    """Who registers assets."""

    list_display = ("address", "label", "lei")
    search_fields = ("address", "label", "lei")


@admin.register(Verifier)
class VerifierAdmin(BaseAdmin):
    """Who may vouch, and what is at stake."""

    list_display = ("name", "wallet", "bond", "lrt_bond", "committed", "admitted", "user")
    search_fields = ("name", "address")

    @display(description="Wallet", ordering="address")
    def wallet(self, verifier: Verifier) -> str:
        """Show the address with its middle left out; its own page has all of it."""
        return shortened(verifier.address)

    @display(description="Bond", ordering="bond_units")
    def bond(self, verifier: Verifier) -> str:
        """Show the bond."""
        return usd(verifier.bond_units)

    @display(description="Restaking tokens", ordering="lrt_bond_wei")
    def lrt_bond(self, verifier: Verifier) -> str:
        """Show the bonded restaking tokens in whole tokens."""
        return f"{verifier.lrt_bond_wei / 10**18:.4f}" if verifier.lrt_bond_wei else "none"

    @display(description="Committed", ordering="committed_units")
    def committed(self, verifier: Verifier) -> str:
        """Show what of the bond stands behind attestations."""
        return usd(verifier.committed_units)

    @display(description="Admitted for")
    def admitted(self, verifier: Verifier) -> str:
        """Show the roles and in how many classes."""
        roles: dict[str, int] = {}
        for grant in verifier.authorities.all():
            for role in Role:
                if role & grant.roles:
                    roles[role.label] = roles.get(role.label, 0) + 1
        return ", ".join(f"{role} in {number} classes" for role, number in roles.items())


@admin.register(Attestation)
class AttestationAdmin(OpenToVerifiers):
    """What was signed."""

    page_template = "collateral/desk/attestation.html"

    list_display = ("said", "verifier", "value", "seen", "expiry", "spent", "revoked")
    list_filter = (ExpiryFilter, "spent", "revoked", "request__role")
    search_fields = ("uid", "verifier__address", "verifier__name")
    list_select_related = ("request__asset", "verifier")

    @display(description="Attestation", header=True)
    def said(self, attestation: Attestation) -> list[str]:
        """Show of what it speaks over the beginning and end of its uid."""
        return [str(attestation.request), shortened(attestation.uid)]

    @display(description="Value", ordering="value_units")
    def value(self, attestation: Attestation) -> str:
        """Show the attested value."""
        return usd(attestation.value_units) if attestation.value_units else "none"

    @display(description="Seen", ordering="observed_at")
    def seen(self, attestation: Attestation) -> str:
        """Show when the asset was seen."""
        return moment(attestation.observed_at)

    @display(description="Valid until", ordering="valid_until")
    def expiry(self, attestation: Attestation) -> str:
        """Show when it expires."""
        return moment(attestation.valid_until)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attestation]:
        """Keep to what this verifier signed; other staff see all."""
        rows = super().get_queryset(request)
        verifier = verifier_of(request.user)
        return rows.filter(verifier=verifier) if verifier else rows

    def page(self, request: HttpRequest, attestation: Attestation) -> dict[str, Any]:
        """Show what was signed, and let two people take it back."""
        return {
            "title": f"Attestation {attestation.uid[:10]}…",
            "attestation": attestation,
            "facts": _signed_facts(attestation),
            "readable": json.dumps(attestation.message, indent=2),
            "decisions": attestation.decisions.all(),
            "may_revoke": not attestation.revoked and may_decide(request.user, PROPOSE),
        }


def _signed_facts(attestation: Attestation) -> list[tuple[str, str]]:
    value = usd(attestation.value_units) if attestation.value_units else "none stated"
    return [
        ("Value", value),
        ("Seen", moment(attestation.observed_at)),
        ("Valid until", moment(attestation.valid_until)),
        ("Used for a token", "yes" if attestation.spent else "not yet"),
        ("Id", attestation.uid),
    ]


@admin.register(Challenge)
class ChallengeAdmin(PageAdmin):
    """Attestations that somebody doubts with a bond."""

    page_template = "collateral/desk/calls.html"

    list_display = ("uid", "verifier", "challenger_address", "bond", "opened", "status")
    list_filter = ("status",)
    search_fields = ("uid", "verifier__address", "verifier__name", "challenger_address")
    list_select_related = ("verifier",)

    def page(self, request: HttpRequest, challenge: Challenge) -> dict[str, Any]:
        """Show one challenge, and what governance can rule."""
        is_open = challenge.status == ChallengeStatus.OPEN
        attested = Attestation.objects.filter(uid=challenge.uid).first()
        facts = [
            ("Verifier", str(challenge.verifier)),
            ("Challenger", challenge.challenger_address),
            ("Its bond", usd(challenge.bond_units)),
            ("Opened", moment(challenge.opened_at)),
            ("Status", challenge.get_status_display()),
            ("Attestation", str(attested) if attested else "none that we know of"),
            ("Hash of the challenger's evidence", challenge.evidence_hash),
        ]
        # What the attestation can have cost is bounded by the bond behind it.
        units = min(attested.value_units if attested else 0, challenge.verifier.bond_units)
        calls = ruling_proposals(challenge, slash_units=units) if is_open else []
        return {"title": str(challenge), "facts": facts, "calls": calls}

    @display(description="Challenger's bond", ordering="bond_units")
    def bond(self, challenge: Challenge) -> str:
        """Show what the challenger posted."""
        return usd(challenge.bond_units)

    @display(description="Opened", ordering="opened_at")
    def opened(self, challenge: Challenge) -> str:
        """Show when it was opened."""
        return moment(challenge.opened_at)


@admin.register(VerifierApplication)
class VerifierApplicationAdmin(PageAdmin):
    """Firms that want to vouch."""

    page_template = "collateral/desk/calls.html"

    list_display = ("name", "address", "class_id", "roles_asked", "status", "created_at")
    list_filter = ("status", "class_id")
    search_fields = ("name", "address")

    @display(description="Roles")
    def roles_asked(self, application: VerifierApplication) -> str:
        """Show the roles in words."""
        return Role(application.roles).label

    def page(self, request: HttpRequest, one: VerifierApplication) -> dict[str, Any]:
        """Show one application, and the proposal that admits it."""
        facts = [
            ("Wallet", one.address),
            ("Class", one.get_class_id_display()),
            ("Roles", Role(one.roles).label),
            ("Status", one.get_status_display()),
            ("Experience and licences", one.statement),
        ]
        calls = [admission_proposal(one)] if one.status == ApplicationStatus.OPEN else []
        return {"title": str(one), "facts": facts, "calls": calls}


@admin.register(VerifierInterest)
class VerifierInterestAdmin(BaseAdmin):
    """Wallets that verifiers are tied to; staff keep the list."""

    list_display = ("verifier", "address", "note")
    search_fields = ("verifier__name", "address")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let staff with the right add one."""
        return request.user.has_perm("collateral.add_verifierinterest")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let staff with the right take one away."""
        return request.user.has_perm("collateral.delete_verifierinterest")


@admin.register(LrtHolding)
class LrtHoldingAdmin(BaseAdmin):
    """Restaking tokens that owners mean to pledge."""

    list_display = ("symbol", "shown_amount", "holder_address", "source_file")

    @display(description="Amount", ordering="amount_wei")
    def shown_amount(self, holding: LrtHolding) -> str:
        """Show the amount in whole tokens."""
        return str(holding)
