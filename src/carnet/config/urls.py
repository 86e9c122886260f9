"""Root addresses: one folder of `web` each."""

from __future__ import annotations

from django.urls import include, path

from carnet.api import oauth

urlpatterns = [
    path("", include("carnet.web.day.urls")),
    path("shell/", include("carnet.web.shell.urls")),
    path("", include("carnet.web.sign_in.urls")),
    path("setup", include("carnet.web.setup.urls")),
    path("patient/", include("carnet.web.patient.urls")),
    path("consultation/", include("carnet.web.consultation.urls")),
    path("practice/", include("carnet.web.practice.urls")),
    path("paper/", include("carnet.web.paper.urls")),
    path("identity/", include("carnet.web.identity.urls")),
    path("oauth/token", oauth.token, name="oauth_token"),
]

handler400 = "carnet.web.shell.errors.malformed"
handler403 = "carnet.web.shell.errors.refused"
handler404 = "carnet.web.shell.errors.not_found"
handler500 = "carnet.web.shell.errors.failed"
