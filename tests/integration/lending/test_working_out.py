"""A borrower in trouble asks for new terms: what is taken, what is refused, what a vote makes."""

import pytest

from contracts.typed_data import for_wallet
from contracts.wallet import development_wallet
from lending.domain.errors import LendingRefused
from lending.domain.schedule import ScheduleKind
from lending.models import Loan, WorkoutOffer
from lending.services import NewTerms, offer_workout, withdraw_workout, workout_terms
from lending.services.working_out import read_offer
from settlement import projection
from tests.integration.lending.story import BORROWER, DAY, LENDER, MNEMONIC, MONTH, USD

WHY = "The tenant left; a new one moves in next month."


@pytest.fixture
def called(story) -> Loan:
    loan_id = story.open()
    story.call(loan_id, impaired=4_000 * USD)
    return Loan.objects.get(pk=loan_id)


def asked(**changed) -> NewTerms:
    return NewTerms(
        **{
            "rate_bps": 300,
            "schedule": ScheduleKind.INTEREST_ONLY,
            "instalments": 6,
            "interval": MONTH,
            "grace_period": 20 * DAY,
            "cure_window": 30 * DAY,
            "late_fee_bps": 0,
        }
        | changed
    )


def message(story, loan, borrower=BORROWER, deadline=None, **changed):
    until = story.now + 40 * DAY if deadline is None else deadline
    return workout_terms(
        loan_id=loan.pk,
        borrower=borrower,
        terms=asked(**changed),
        deadline=until,
        now=story.now,
    )


def signed(typed, person="owner") -> dict:
    signature = "0x" + development_wallet(MNEMONIC, person).sign_typed_data(typed).hex()
    return {"workout": for_wallet(typed)["message"], "signature": signature, "reason": WHY}


def refusal(act, **given) -> str:
    with pytest.raises(LendingRefused) as refused:
        act(**given)
    return refused.value.code


def test_what_the_borrower_signed_is_kept_once(story, called):
    given = signed(message(story, called))

    first, again = offer_workout(**given), offer_workout(**given)

    assert first == again == read_offer(loan=called, now=story.now)
    assert first.reason == WHY
    assert int(first.workout["instalments"]) == 6


def test_a_later_offer_takes_the_place_of_an_earlier_one(story, called):
    offer_workout(**signed(message(story, called)))

    later = offer_workout(**signed(message(story, called, instalments=9)))

    assert read_offer(loan=called, now=story.now) == later
    assert WorkoutOffer.objects.filter(withdrawn=True).count() == 1


def test_a_borrower_takes_its_offer_back_once(story, called):
    offer_workout(**signed(message(story, called)))

    withdraw_workout(loan_id=called.pk, borrower=BORROWER)

    again = {"loan_id": called.pk, "borrower": BORROWER}
    assert refusal(read_offer, loan=called, now=story.now) == "offer_missing"
    assert refusal(withdraw_workout, **again) == "offer_missing"
    assert refusal(withdraw_workout, **again | {"borrower": LENDER}) == "not_the_borrower"


def test_only_the_borrowers_signature_counts(story, called):
    typed = message(story, called)

    assert refusal(offer_workout, **signed(typed, "lender")) == "signature_wrong"
    assert refusal(offer_workout, **signed(typed) | {"signature": "0x12"}) == "signature_malformed"
    assert refusal(offer_workout, **signed(typed) | {"signature": "no"}) == "signature_malformed"
    assert refusal(message, story=story, loan=called, borrower=LENDER) == "not_the_borrower"


def test_an_offer_says_why(story, called):
    given = signed(message(story, called)) | {"reason": "  "}

    assert refusal(offer_workout, **given) == "reason_missing"


def test_a_nonce_is_for_one_set_of_terms(story, called):
    typed = message(story, called)
    offer_workout(**signed(typed))
    typed["message"]["instalments"] = 7

    assert refusal(offer_workout, **signed(typed)) == "nonce_used"


@pytest.mark.parametrize(
    ("last_allowed", "refused", "code"),
    [
        ({"rate_bps": 900}, {"rate_bps": 901}, "rate_too_high"),
        ({"late_fee_bps": 500}, {"late_fee_bps": 501}, "late_fee_too_high"),
        ({"instalments": 1}, {"instalments": 0}, "schedule_invalid"),
        ({"interval": DAY}, {"interval": DAY - 1}, "schedule_invalid"),
        ({"grace_period": DAY}, {"grace_period": DAY - 1}, "window_out_of_bounds"),
        ({"grace_period": 60 * DAY}, {"grace_period": 60 * DAY + 1}, "window_out_of_bounds"),
        ({"cure_window": DAY}, {"cure_window": DAY - 1}, "window_out_of_bounds"),
        ({"cure_window": 60 * DAY}, {"cure_window": 60 * DAY + 1}, "window_out_of_bounds"),
    ],
)
def test_each_bound_of_the_contract_is_told_on_both_sides(
    story, called, last_allowed, refused, code
):
    Loan.objects.filter(pk=called.pk).update(late_fee_bps=500)

    assert message(story, called, **last_allowed)
    assert refusal(message, story=story, loan=called, **refused) == code


def test_it_lasts_no_longer_than_ten_years_and_than_its_attestations(story, called):
    called.collateral.update(token_id=0)
    assert message(story, called, instalments=3_650, interval=DAY)
    too_long = {"instalments": 3_651, "interval": DAY}
    assert refusal(message, story=story, loan=called, **too_long) == "tenor_too_long"


def test_it_does_not_outlast_an_attestation_by_a_second(story, called):
    # Attested for 365 days from the story's start, a day ago.
    assert message(story, called, instalments=1, interval=364 * DAY)
    beyond = {"instalments": 1, "interval": 364 * DAY + 1}
    assert refusal(message, story=story, loan=called, **beyond) == "beyond_attestation"


def test_an_offer_ends_at_its_deadline(story, called):
    assert message(story, called, deadline=story.now + 1)
    assert refusal(message, story=story, loan=called, deadline=story.now) == "terms_expired"


def test_an_open_loan_is_extended_without_a_vote(story):
    loan = Loan.objects.get(pk=story.open())

    assert refusal(message, story=story, loan=loan) == "wrong_status"


@pytest.mark.parametrize(
    "broken",
    [
        {"nonce": None},
        {"nonce": 2**256},
        {"instalments": 2**16},
        {"rateBps": "ten"},
        {"loanId": -1},
    ],
)
def test_numbers_that_are_none_or_do_not_fit_are_refused_in_words(story, called, broken):
    given = signed(message(story, called))
    given["workout"] = given["workout"] | broken

    assert refusal(offer_workout, **given) == "terms_malformed"


def test_a_vote_that_gives_the_terms_settles_the_offer_and_a_rebuild_finds_it_again(story, called):
    withdrawn = offer_workout(**signed(message(story, called, instalments=9)))
    offer = offer_workout(**signed(message(story, called)))
    story.tick(10 * DAY)

    story.of_loan(
        "LoanExtended",
        called.pk,
        rateBps=300,
        schedule=1,
        instalments=6,
        interval=MONTH,
        gracePeriod=20 * DAY,
        cureWindow=30 * DAY,
        lateFeeBps=0,
    )

    offer.refresh_from_db()
    withdrawn.refresh_from_db()
    assert (offer.agreed_at, withdrawn.agreed_at) == (story.now, 0)
    assert refusal(read_offer, loan=called, now=story.now) == "offer_missing"
    assert "lending.WorkoutOffer" in projection.state_hashes()
