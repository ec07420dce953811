"""Pages on which users act: forms, and the sheet with what their wallet will send."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from lending.models import Loan
from portal.acts import votes
from portal.acts.auctions import lot_acts
from portal.acts.forms import ACT_REFUSED, Act, act_call
from portal.acts.lenders import lending_of
from portal.acts.loans import loan_acts
from portal.acts.purse import purse_acts
from portal.owner.sign_in import signed_in, wallet_of
from portal.rendering import static_page
from portal.selectors import borrower as borrower_pages
from portal.selectors import governance as governance_pages
from portal.selectors.auctions import auction_page
from portal.selectors.loan import loan_page
from portal.selectors.pipeline import read_stamp

both = require_http_methods(["GET", "POST"])


def answer(
    request: HttpRequest, template: str, section: str, acts: Sequence[Act], **context: Any
) -> HttpResponse:
    """Render a page with acts; after a form was sent, with its call or what was wrong about it."""
    call, problem = None, ""
    if request.method == "POST":
        try:
            call = act_call(acts, request.POST.dict())
        except ACT_REFUSED as refusal:
            problem = str(refusal)
    shown = [act.shown(request.POST.dict()) for act in acts] if problem else acts
    return static_page(
        request,
        f"portal/acts/{template}.html",
        section,
        status=400 if problem else 200,
        call=call,
        problem=problem,
        acts=shown,
        **context,
    )


@both
def loan(request: HttpRequest, loan_id: int) -> HttpResponse:
    """Act on one loan: pay, set aside, draw, release, extend, top up, cure."""
    page = loan_page(loan_id=loan_id)
    if page is None:
        raise Http404
    wallet, found = wallet_of(request), Loan.objects.get(pk=loan_id)
    acts = loan_acts(found, wallet=wallet, now=page.stamp.chain_time)
    return answer(
        request,
        "loan",
        "loans",
        acts,
        page=page,
        wallet=wallet,
        mine=wallet == found.borrower,
        may_work_out=borrower_pages.may_work_out(found),
    )


@both
def auction(request: HttpRequest, loan_id: int) -> HttpResponse:
    """Buy a lot."""
    page = auction_page(loan_id=loan_id)
    if page is None:
        raise Http404
    acts = lot_acts(loan_id, now=page.stamp.chain_time)
    return answer(request, "auction", "auctions", acts, page=page)


@both
@signed_in
def lend(request: HttpRequest) -> HttpResponse:
    """Pay into the pool, take shares, leave, take cash."""
    tranches = lending_of(wallet_of(request))
    acts = [act for one in tranches for act in one.acts]
    return answer(request, "lend", "pool", acts, tranches=tranches, stamp=read_stamp())


@both
@signed_in
def my_loans(request: HttpRequest) -> HttpResponse:
    """My loans and requests, and what the ledger keeps for me."""
    wallet = wallet_of(request)
    acts = purse_acts(wallet)
    page = borrower_pages.my_loans_page(wallet)
    return answer(request, "my_loans", "my_loans", acts, page=page)


@both
def governing(request: HttpRequest) -> HttpResponse:
    """What would change, whom it touches, when; and who votes with my tokens."""
    wallet = wallet_of(request)
    page = governance_pages.governance_page(wallet)
    acts = votes.holder_acts(wallet)
    return answer(request, "governing", "governance", acts, page=page, wallet=wallet)


@both
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """One proposal: what it calls, how the vote stands, what can be done."""
    page = governance_pages.proposal_page(number)
    if page is None:
        raise Http404
    wallet = wallet_of(request)
    acts = votes.proposal_acts(page.proposal, wallet=wallet, now=page.stamp.chain_time)
    return answer(request, "proposal", "governance", acts, page=page, wallet=wallet)
