"""`/oauth/token`: an application proves its secret and gets a short bearer token (RFC 6749, client credentials). Nothing
else of the OAuth toolkit answers, and no token is kept in clear."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator

from carnet.accounts import throttle
from carnet.actions import program
from carnet.actions import token as tokens
from carnet.fhir.errors import NotSignedIn
from carnet.record import cell, clock


class Validator(OAuth2Validator):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's, with our own table of accesses and tokens behind it."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """The client proved its secret, and its access is open."""
        try:
            if not super().authenticate_client(request, *args, **kwargs):
                return False
        except ValueError:  # the toolkit lets a header that is no text fall through
            return False
        request.access = program.client_of(request.client.client_id, practice=cell.practice_id())
        return request.access is not None

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep the hash of the token just made; its answer says how long it holds."""
        access, actor = request.access
        token["expires_in"] = program.exchange(
            by=actor,
            at=clock.now(),
            access=access,
            short=token["access_token"],
            seconds=token["expires_in"],
        )


def new_token(_request: Any) -> str:
    """How the toolkit makes a token."""
    return tokens.new()


@csrf_exempt
@login_not_required
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a client's id and secret for a token."""
    who, at = (_client_id(request), request.META.get("REMOTE_ADDR", "")), clock.now()
    try:
        throttle.clients.begin(*who, at=at)
        _, headers, body, status = OAuthLibCore().create_token_response(request)
    except throttle.TooManyTries as error:
        return JsonResponse({"error": "slow_down"}, status=429, headers={"Retry-After": str(error.seconds)})
    except ValueError:  # a form that is no form
        return JsonResponse({"error": "invalid_request"}, status=400)
    except NotSignedIn:
        return JsonResponse({"error": "invalid_client"}, status=401)
    if status != 401:
        throttle.clients.succeed(*who)
    return HttpResponse(body, status=status, headers=headers)


def _client_id(request: HttpRequest) -> str:
    """Whose secret is tried: only to count tries, before anything is proved."""
    return request.POST.get("client_id") or request.headers.get("Authorization", "").partition(" ")[2][:24]
