"""Pages of an owner: what is mine, registering a thing, its evidence, its way to the token."""

from datetime import UTC, date, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collateral import services
from collateral.domain.addresses import AddressError
from collateral.domain.classes import AssetClass, class_by_code
from collateral.domain.documents import download_name
from collateral.domain.entries import EntriesRefused, check_identifiers, enterable, read_entries
from collateral.errors import REFUSALS
from collateral.models import Asset, Owner
from portal.owner import sign_in
from portal.owner.limits import TooManySignIns
from portal.owner.sign_in import SignInRefused, signed_in, wallet_of
from portal.rendering import static_page
from portal.selectors import mine as mine_pages
from settlement.errors import SettlementError
from settlement.selectors import chain_time


@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Ask for the wallet's address, then show the message that it signs."""
    context: dict[str, object] = {"next": request.GET.get("next", request.POST.get("next", ""))}
    status = 200
    try:
        if request.POST.get("signature"):
            sign_in.finish(
                request, request.POST.get("nonce", ""), request.POST["signature"].strip()
            )
            return HttpResponseRedirect(_inside(request, str(context["next"])))
        if request.method == "POST":
            nonce, message = sign_in.begin(request, request.POST.get("address", ""))
            context |= {"nonce": nonce, "message": message, "address": message.split("\n")[1]}
    except (AddressError, SignInRefused) as refusal:
        context["problem"], status = str(refusal), 400
    except TooManySignIns as refusal:
        context["problem"], status = str(refusal), 429
    return static_page(request, "portal/owner/sign_in.html", "mine", status=status, **context)


def _inside(request: HttpRequest, address: str) -> str:
    """Return a way back that stays on this site."""
    inside = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if inside else reverse("portal:mine")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sign_in.end(request)
    return HttpResponseRedirect(reverse("portal:home"))


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What this wallet registered or holds, and what happened to it since the last look."""
    wallet = wallet_of(request)
    page = mine_pages.mine_page(wallet=wallet)
    response = static_page(request, "portal/owner/mine.html", "mine", page=page, wallet=wallet)
    owner = Owner.objects.filter(address=wallet).first()
    if owner:
        services.mark_read(owner=owner)
    return response


@require_safe
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Choose what kind of thing to register."""
    classes = mine_pages.classes_to_register()
    return static_page(request, "portal/owner/new.html", "mine", classes=classes)


@require_http_methods(["GET", "POST"])
@signed_in
def new_of_class(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one class, made from its declaration."""
    asset_class = _class(code)
    given = {field.name: request.POST.get(field.name, "") for field in enterable(asset_class)}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            asset = _register(request, asset_class, given)
            return HttpResponseRedirect(reverse("portal:thing", args=[asset.pk]))
        except EntriesRefused as refusal:
            problems = refusal.problems
        except (*REFUSALS, SettlementError) as refusal:
            problems = {"": str(refusal)}
    form = mine_pages.entry_form(asset_class, given, request.POST, problems)
    return static_page(
        request, "portal/owner/form.html", "mine", status=400 if problems else 200, form=form
    )


def _register(request: HttpRequest, asset_class: AssetClass, given: dict[str, str]) -> Asset:
    units = {name: request.POST.get(f"{name}.unit", "") for name in given}
    entries = read_entries(asset_class=asset_class, given=given, units=units, as_of=_today())
    return services.register_entries(
        asset_class=asset_class,
        owner_address=wallet_of(request),
        entries=entries,
        originator_address=request.POST.get("originator", "").strip(),
    )


@require_POST
@signed_in
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What the identifiers entered so far come to, while somebody types."""
    checked = check_identifiers(asset_class=_class(code), given=request.POST.dict())
    return static_page(request, "portal/owner/checked.html", "mine", checked=checked)


@require_safe
@signed_in
def thing(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing of mine: what it is, its evidence, where it stands, what happened."""
    return thing_page(request, own_asset(request, pk))


def thing_page(
    request: HttpRequest, asset: Asset, problem: str = "", status: int = 200
) -> HttpResponse:
    """Return the page of one thing, with what was wrong about the last request."""
    page = mine_pages.thing_page(asset)
    return static_page(
        request, "portal/owner/thing.html", "mine", status=status, page=page, problem=problem
    )


@require_POST
@signed_in
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft to the verifiers."""
    asset = own_asset(request, pk)
    try:
        services.submit_for_verification(asset_id=asset.pk)
    except REFUSALS as refusal:
        return thing_page(request, asset, str(refusal), 409)
    return HttpResponseRedirect(reverse("portal:thing", args=[asset.pk]))


@require_POST
@signed_in
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the verifiers to vouch anew."""
    asset = own_asset(request, pk)
    try:
        services.begin_renewal(asset_id=asset.pk)
    except (*REFUSALS, SettlementError) as refusal:
        return thing_page(request, asset, str(refusal), 409)
    return HttpResponseRedirect(reverse("portal:thing", args=[asset.pk]))


@require_POST
@signed_in
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take documents from the plain form; each is kept or refused by itself."""
    asset = own_asset(request, pk)
    files = request.FILES.getlist("files")
    named = request.POST.get("kind", "") if len(files) == 1 else ""
    problems = [] if files else ["Choose at least one file."]
    for file in files:
        try:
            services.attach_evidence(
                asset_id=asset.pk, kind=named, content=file.read(), file_name=file.name or ""
            )
        except REFUSALS as refusal:
            problems.append(f"{file.name}: {refusal}")
    if problems:
        return thing_page(request, asset, " ".join(problems), 400)
    return HttpResponseRedirect(f"{reverse('portal:thing', args=[asset.pk])}#evidence")


@require_POST
@signed_in
def remove_evidence(request: HttpRequest, pk: int, evidence_id: int) -> HttpResponse:
    """Remove a document that no verifier has seen."""
    asset = own_asset(request, pk)
    if not asset.evidence.filter(pk=evidence_id).exists():
        raise Http404
    try:
        services.remove_evidence(evidence_id=evidence_id)
    except REFUSALS as refusal:
        return thing_page(request, asset, str(refusal), 409)
    return HttpResponseRedirect(f"{reverse('portal:thing', args=[asset.pk])}#evidence")


@require_safe
@signed_in
def evidence_file(request: HttpRequest, pk: int, evidence_id: int) -> HttpResponse:
    """Hand an owner its own document, its hash checked, as an attachment."""
    evidence = own_asset(request, pk).evidence.filter(pk=evidence_id).exclude(path="").first()
    if evidence is None:
        raise Http404
    try:
        content = services.evidence_content(evidence=evidence)
    except REFUSALS as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    name = download_name(number=evidence.pk, media_type=evidence.media_type)
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def own_asset(request: HttpRequest, pk: int) -> Asset:
    """Return an asset of the wallet that is signed in; that of others is not there."""
    found = (
        Asset.objects.select_related("owner")
        .filter(pk=pk, owner__address=wallet_of(request))
        .first()
    )
    if found is None:
        raise Http404
    return found


def _class(code: str) -> AssetClass:
    try:
        found = class_by_code(code)
    except LookupError as error:
        raise Http404 from error
    if found.fungible:
        raise Http404
    return found


def _today() -> date:
    """Return the ledger's day: dates entered may not lie after it."""
    return datetime.fromtimestamp(chain_time(), tz=UTC).date()
