"""What governance decided: proposals and votes, and every risk term ever set, and when."""

from django.db import models

from collateral.fields import Uint256Field
from governance.domain.voting import Ballot

ADDRESS_LENGTH = 42


class TermsChange(models.Model):
    """The terms of one class as set at one moment, under our names; bps and seconds."""

    class_id = models.PositiveSmallIntegerField(db_index=True)
    terms = models.JSONField()
    set_at = models.BigIntegerField("set at, chain time")
    block_number = models.BigIntegerField()
    tx_hash = models.CharField(max_length=66)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "terms changes"

    def __str__(self) -> str:
        return f"Terms of class {self.class_id} since block {self.block_number}"


class UtilisationReport(models.Model):
    """What a close reported, and where it left the rate curve; basis points."""

    reported_bps = models.PositiveIntegerField()
    curve_bps = models.PositiveIntegerField()
    set_at = models.BigIntegerField("set at, chain time")
    block_number = models.BigIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.reported_bps} bps at block {self.block_number}"


class Quorum(models.Model):
    """Share of all votes that a vote needs, as set at one moment."""

    percent = models.PositiveSmallIntegerField()
    set_at = models.BigIntegerField("set at, chain time")

    class Meta:
        ordering = ["-set_at", "-id"]
        verbose_name_plural = "quorums"

    def __str__(self) -> str:
        return f"{self.percent} %"


class Proposal(models.Model):
    """What somebody proposed, its votes and its stations; votes in 1e-18, chain time."""

    number = Uint256Field(unique=True)
    proposer = models.CharField(max_length=ADDRESS_LENGTH)
    targets = models.JSONField("contracts to be called")
    calls = models.JSONField("calldata, hexadecimal")
    reason = models.TextField()
    proposed_at = models.BigIntegerField()
    vote_start = models.BigIntegerField()
    vote_end = models.BigIntegerField()
    quorum = Uint256Field()
    votes_for = Uint256Field(default=0)
    votes_against = Uint256Field(default=0)
    votes_abstain = Uint256Field(default=0)
    executable_from = models.BigIntegerField("timelock runs until", default=0)
    executed_at = models.BigIntegerField(default=0)
    canceled_at = models.BigIntegerField(default=0)
    tx_hash = models.CharField(max_length=66)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.reason[:80] or f"Proposal {self.number}"

    @property
    def ballot(self) -> Ballot:
        """The vote as the domain knows it."""
        return Ballot(
            vote_start=self.vote_start,
            vote_end=self.vote_end,
            quorum=self.quorum,
            votes_for=self.votes_for,
            votes_against=self.votes_against,
            votes_abstain=self.votes_abstain,
            executable_from=self.executable_from,
            executed=self.executed_at > 0,
            canceled=self.canceled_at > 0,
        )


class Vote(models.Model):
    """One vote; its weight in 1e-18 votes."""

    # By the chain's number: serial numbers of rows differ after a rebuild.
    proposal = models.ForeignKey(
        Proposal, to_field="number", on_delete=models.CASCADE, related_name="votes"
    )
    voter = models.CharField(max_length=ADDRESS_LENGTH)
    support = models.PositiveSmallIntegerField(
        choices=[(0, "Against"), (1, "For"), (2, "Abstains")]
    )
    weight = Uint256Field()
    reason = models.TextField(blank=True)
    at = models.BigIntegerField("chain time")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "voter"], name="vote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.voter}: {self.get_support_display()}"


class VoteHolder(models.Model):
    """What an account holds of the votes' token, to whom it lends their voice, and whose it has.

    1e-18 votes.
    """

    address = models.CharField(max_length=ADDRESS_LENGTH, primary_key=True)
    balance = Uint256Field(default=0)
    delegate = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    votes = Uint256Field("votes that count for it", default=0)

    class Meta:
        ordering = ["address"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=0, votes__gte=0), name="holder_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.address
