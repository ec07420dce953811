"""What is refused before anything of it is read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MAX_BODY_BYTES = 26 * 1024 * 1024

View = Callable[[HttpRequest], HttpResponse]


class RefuseLargeBodies:
    """Refuses a request that announces more bytes than any of our pages takes."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 by the announced length alone; without one there is no body to read."""
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
            return HttpResponse(
                f"The request has {int(announced):,} bytes; {MAX_BODY_BYTES:,} are the most. "
                "Send fewer or smaller files at a time.",
                status=413,
                content_type="text/plain; charset=utf-8",
                headers={"Connection": "close"},
            )
        return self.get_response(request)
