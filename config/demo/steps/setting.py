"""Before the curtain: funds, allowances, bonds, and the verifiers' authority."""

from collections.abc import Sequence

from collateral.domain.classes import CLASSES, Role
from collateral.models import VerifierAuthority
from collateral.services import ensure_verifier
from config.demo.actors import FIRM_NAMES, FIRST_APPRAISER, Call, give_native
from config.demo.logins import verifier_user_id
from config.demo.stage import Stage
from config.demo.steps.governing import Proposal, enact
from config.demo.waiting import wait_until
from contracts.wallet import LocalWallet

USD = 1_000_000
UNLIMITED = 2**256 - 1
BOND_UNITS = 40_000_000 * USD
LENDER_UNITS = 1_000_000_000 * USD
RESERVE_UNITS = 20_000_000 * USD
PURSE_UNITS = 2_000_000 * USD
BIDDER_UNITS = 100_000_000 * USD
ROLE_GROUPS = (Role.TITLE | Role.DEVICE, Role.APPRAISAL, Role.INSPECTION)


def fund(stage: Stage) -> None:
    """Give every actor coin for fees and test dollars, as a faucet would."""
    cast = stage.cast
    give_native(stage.chain, cast.everyone())
    wanted = {wallet.address: PURSE_UNITS for wallet in cast.owners}
    wanted |= {wallet.address: BOND_UNITS for wallet in cast.verifiers}
    wanted |= {wallet.address: LENDER_UNITS for wallet in cast.lenders}
    wanted |= {wallet.address: BIDDER_UNITS for wallet in cast.bidders}
    wanted[cast.governor.address] = RESERVE_UNITS
    addresses = list(wanted)
    balances = stage.chain.calls([("TestStablecoin", "balanceOf", (one,)) for one in addresses])
    token = stage.chain.address("TestStablecoin")
    stage.send(
        [
            Call(
                stage.cast.governor,
                token,
                stage.chain.encode("TestStablecoin", "mint", address, wanted[address]),
            )
            for address, balance in zip(addresses, balances, strict=True)
            if balance == 0
        ]
    )


def _approval(stage: Stage, wallet: LocalWallet, token: str, spender: str) -> Call:
    data = stage.chain.encode(token, "approve", stage.chain.address(spender), UNLIMITED)
    return Call(wallet, stage.chain.address(token), data)


def approve(stage: Stage) -> None:
    """Let each actor allow the contracts that will take its payments."""
    cast = stage.cast
    pairs = [(wallet, "TestStablecoin", "LoanBook") for wallet in cast.owners]
    pairs += [(wallet, "TestStablecoin", "AuctionHouse") for wallet in cast.bidders]
    pairs += [
        (wallet, "TestStablecoin", vault)
        for wallet in cast.lenders
        for vault in ("SeniorVault", "JuniorVault")
    ]
    pairs += [(wallet, "TestStablecoin", "VerifierRegistry") for wallet in cast.verifiers]
    pairs += [(cast.governor, "TestStablecoin", "LendingPool")]
    allowances = stage.chain.calls(
        [
            (token, "allowance", (wallet.address, stage.chain.address(spender)))
            for wallet, token, spender in pairs
        ]
    )
    stage.send(
        [
            _approval(stage, *pair)
            for pair, allowance in zip(pairs, allowances, strict=True)
            if allowance == 0
        ]
    )


def admissions(verifiers: Sequence[LocalWallet]) -> list[tuple[str, int, int]]:
    """Return what is granted: a verifier's address, a class, and its roles there."""
    return [
        (wallet.address, one.id, int(roles))
        for index, wallet in enumerate(verifiers)
        for one in CLASSES
        if (roles := ROLE_GROUPS[index // 3] & one.roles)
    ]


def are_admitted(verifiers: Sequence[LocalWallet]) -> bool:
    """Return whether the database knows of every grant."""
    rows = VerifierAuthority.objects.values_list("verifier__address", "class_id", "roles")
    return set(admissions(verifiers)) <= set(rows)


def admit_verifiers(stage: Stage) -> None:
    """A vote grants classes and roles; each verifier deposits its bond."""
    registry = stage.chain.address("VerifierRegistry")
    bonds = []
    for index, wallet in enumerate(stage.cast.verifiers):
        user_id = verifier_user_id() if index == FIRST_APPRAISER else None
        ensure_verifier(address=wallet.address, name=FIRM_NAMES[index], user_id=user_id)
        if stage.chain.call("VerifierRegistry", "bondOf", wallet.address) == 0:
            data = stage.chain.encode("VerifierRegistry", "deposit", wallet.address, BOND_UNITS)
            bonds.append(Call(wallet, registry, data))
    grants = [
        stage.chain.encode("VerifierRegistry", "setVerifier", address, class_id, roles)
        for address, class_id, roles in admissions(stage.cast.verifiers)
        if stage.chain.call("VerifierRegistry", "rolesOf", address, class_id) != roles
    ]
    stage.send(bonds)
    enact(stage, Proposal([registry] * len(grants), grants, "Admit the first verifiers"))


def catch_up(stage: Stage) -> None:
    """Wait until the reader has seen all that the actors just did."""
    # Blocks of one second share their time, so only a later one says that all were read.
    stage.clock.advance_to(stage.clock.now() + 1)


def set_the_stage(stage: Stage) -> None:
    """Do all of it."""
    fund(stage)
    approve(stage)
    admit_verifiers(stage)
    catch_up(stage)
    wait_until(
        what="the event reader to see the verifiers admitted",
        done=lambda: are_admitted(stage.cast.verifiers),
    )
    # The job's days begin when the verifiers may work: the vote and its delay took nine.
    stage.progress.started_at = stage.clock.now()
