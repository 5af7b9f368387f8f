"""The addresses of the settings."""

from django.urls import path

from paceline.web.settings import account, audit, members, organization, rates, tokens

urlpatterns = [
    path("settings", account.settings, name="settings"),
    path("settings/account", account.account, name="setting_account"),
    path("settings/organization", organization.organization, name="setting_organization"),
    path("settings/organization/subdivisions", organization.subdivisions, name="setting_subdivisions"),
    path("settings/rates", rates.rates, name="setting_rates"),
    path("settings/rates/new", rates.add, name="setting_rate_add"),
    path("settings/rates/<str:currency>/<str:day>/remove", rates.remove, name="setting_rate_remove"),
    path("settings/members", members.members, name="setting_members"),
    path("settings/members/invite", members.invite, name="setting_invite"),
    path("settings/members/<int:member_id>", members.change, name="setting_member"),
    path("settings/members/<int:member_id>/end", members.end, name="setting_member_end"),
    path("settings/invitations/<int:invitation_id>/resend", members.resend, name="setting_invitation_resend"),
    path("settings/invitations/<int:invitation_id>/withdraw", members.withdraw, name="setting_invitation_withdraw"),
    path("settings/tokens", tokens.tokens, name="setting_tokens"),
    path("settings/tokens/new", tokens.create, name="setting_token_add"),
    path("settings/tokens/<int:token_id>/rotate", tokens.rotate, name="setting_token_rotate"),
    path("settings/tokens/<int:token_id>/revoke", tokens.revoke, name="setting_token_revoke"),
    path("settings/audit", audit.audit, name="setting_audit"),
]
