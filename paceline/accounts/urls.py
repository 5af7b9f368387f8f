"""The addresses of accounts: of allauth's pages, those that we have a use for."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from allauth.usersessions import views as sessions
from django.urls import include, path, re_path

from paceline.accounts import views

urlpatterns = [
    path("sign-in", views.sign_in, name="account_login"),
    path("sign-out", account.logout, name="account_logout"),
    path("account/organizations", views.organizations, name="organizations"),
    path("account/password", account.password_change, name="account_change_password"),
    path("account/password/first", account.password_set, name="account_set_password"),
    path("account/password/forgotten", account.password_reset, name="account_reset_password"),
    path("account/password/forgotten/sent", account.password_reset_done, name="account_reset_password_done"),
    path(
        "account/password/new/done", account.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    re_path(
        r"^account/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/confirm", account.reauthenticate, name="account_reauthenticate"),
    path("account/inactive", account.account_inactive, name="account_inactive"),
    path("account/sessions", sessions.list_usersessions, name="usersessions_list"),
    path("account/sessions/<int:number>/end", views.end_session, name="end_session"),
    # In front of allauth's, which believe what they are sent to be well formed, or signed.
    path("account/sso/saml/<slug:organization_slug>/acs/finish/", views.finish_saml),
    path("account/sso/saml/<slug:organization_slug>/sls/", views.end_by_provider),
    path("account/sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sso/", include("allauth.socialaccount.providers.saml.urls")),
    path("account/sso/cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/sso/error", social.login_error, name="socialaccount_login_error"),
    path("account/two-factor/", include("allauth.mfa.urls")),
]
