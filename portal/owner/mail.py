"""Pages of news by mail: ask for it, confirm the address, stop it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.models import MailAddress
from portal.owner.sign_in import signed_in, wallet_of
from portal.rendering import static_page
from portal.services import mail


@require_http_methods(["GET", "POST"])
@signed_in
def news(request: HttpRequest) -> HttpResponse:
    """Where this wallet wants its news, if anywhere."""
    wallet, problem = wallet_of(request), ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "stop":
                mail.forget_news(wallet=wallet)
            else:
                mail.ask_for_news(wallet=wallet, email=request.POST.get("email", "").strip())
            return HttpResponseRedirect(reverse("portal:news"))
        except mail.MailRefused as refusal:
            problem = str(refusal)
    held = MailAddress.objects.filter(wallet=wallet).first()
    return _page(request, "news", problem, held=held, given=request.POST.get("email", ""))


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address: by a button, since programs follow the links of mails too."""
    try:
        if request.method == "POST":
            return _page(request, "mail_done", confirmed=mail.confirm_news(token=token))
        return _page(request, "mail_confirm", held=mail.address_of(token))
    except mail.MailRefused as refusal:
        return _page(request, "mail_done", str(refusal))


# Mail programs stop a list with one click, by a request of their own without a cookie.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the news at an address; whoever has a mail may."""
    if request.method == "GET":
        return _page(request, "mail_stop")
    try:
        mail.stop_news(token=token)
    except mail.MailRefused as refusal:
        return _page(request, "mail_done", str(refusal))
    return _page(request, "mail_done", stopped=True)


def _page(request: HttpRequest, name: str, problem: str = "", **context: object) -> HttpResponse:
    return static_page(
        request,
        f"portal/owner/{name}.html",
        "mine",
        status=400 if problem else 200,
        problem=problem,
        **context,
    )
