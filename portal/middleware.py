"""What is refused for every page: bodies too large to read, values that no column can hold."""

import logging
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from collateral.api.json import problem

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 26 * 1024 * 1024
MAX_DISCARDED_BYTES = 256 * 1024 * 1024
_STEP_BYTES = 64 * 1024

View = Callable[[HttpRequest], HttpResponse]


class RefuseLargeBodies:
    """Refuses a request that announces more bytes than any of our pages takes.

    What a refused request still sends is read and thrown away: a browser that is cut off while it
    sends shows a broken connection, not the sentence.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 by the announced length alone; without one there is no body to read."""
        announced = request.META.get("CONTENT_LENGTH") or "0"
        is_large = announced.isdecimal() and int(announced) > MAX_BODY_BYTES
        response = _too_large(int(announced)) if is_large else self.get_response(request)
        if response.status_code >= 400:
            _discard(request)
        return response


def _too_large(announced: int) -> HttpResponse:
    return HttpResponse(
        f"The request has {announced:,} bytes; {MAX_BODY_BYTES:,} are the most. "
        "Send fewer or smaller files at a time.",
        status=413,
        content_type="text/plain; charset=utf-8",
        headers={"Connection": "close"},
    )


def _discard(request: HttpRequest) -> None:
    left = MAX_DISCARDED_BYTES
    try:
        while left > 0 and (piece := request.read(min(left, _STEP_BYTES))):
            left -= len(piece)
    except OSError:
        # The sender has gone.
        return


class RefuseUnstorable:
    """Answers in words where a value sent is one that PostgreSQL cannot hold, such as a NUL.

    Forms check what they know of. This is for the rest: every text of every request, in one place.
    """

    SENTENCE = (
        "A value holds a character that cannot be kept (often an invisible one from a copied "
        "text), or it is too long. Nothing was kept. Go back, type it anew, and send it again."
    )

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 for the database's refusal of a value; all else is not for us."""
        if not isinstance(exception, DataError | UnicodeEncodeError):
            return None
        logger.warning("%s %r: %s", request.method, request.path, str(exception).split("\n")[0])
        if request.path.startswith("/api/"):
            return problem(400, "VALUE_UNSTORABLE", self.SENTENCE)
        return render(request, "400.html", {"said": self.SENTENCE}, status=400)
