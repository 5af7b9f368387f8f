"""Commands that run the service, and that let programs in."""

import os
from datetime import UTC
from typing import Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, say, tell

tokens = typer.Typer(help="API tokens: create, list, rotate, revoke.", no_args_is_help=True)

HostOption = Annotated[str, typer.Option("--host", help="The address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65_535, help="The port; 0 takes any that is free.")]
PORT_DEFAULT = 8_000


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(serve)
    app.command()(worker)
    app.add_typer(tokens, name="token")


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT_DEFAULT,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="How many share the work; one a processor, up to 4.")
    ] = None,
) -> None:
    """Serve the API and the pages until SIGTERM or Ctrl-C."""
    from paceline import serve as service
    from paceline.settings import IS_SECURE, hosts

    plain = os.environ.get("PACELINE_PLAIN_HTTP") == "1"
    service.check_safe(host, hosts(), is_secure=IS_SECURE, may_be_plain=plain)
    with service.bind(host, port) as bound:
        common.get_ready()
        chosen = service.processes_default() if processes is None else processes
        service.run(bound, lambda address: tell(f"Paceline is ready at {address}"), chosen)


def worker() -> None:
    """Do the jobs that run by themselves, such as forgetting old events, until SIGTERM or Ctrl-C."""
    common.get_ready()
    from paceline import worker as jobs

    say("waiting for jobs")
    jobs.run()


@tokens.command("create")
def create_token(
    email: Annotated[str, typer.Option("--email", metavar="E", help="Whose it is: a member's or a program's.")],
    scope: Annotated[str, typer.Option("--scope", help="read, write (records and targets too) or admin")],
    expires: Annotated[int | None, typer.Option("--expires", metavar="DAYS", help="Never, where left out.")] = None,
    organization: OrganizationOption = None,
) -> None:
    """Make a token and print it: it is not kept, and cannot be shown again."""
    with common.writing(organization) as own:
        from paceline.org.actions import tokens as verbs

        made, text = verbs.create_token(own, email=email, token_scope=scope, now=common.now(), expires_days=expires)
    tell(text)
    until = "" if made.expires_at is None else f", until {made.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    say(f"token {made.id} for {made.email}: {made.scope}{until}")


@tokens.command("list")
def list_tokens(organization: OrganizationOption = None) -> None:
    """List the tokens, without their texts."""
    with common.reading(organization) as own:
        from paceline.org.models import ApiToken

        for each in ApiToken.objects.filter(org_id=own.org_id).order_by("id"):
            ended = "revoked" if each.revoked_at else f"until {each.expires_at:%Y-%m-%d}" if each.expires_at else "good"
            used = f"last used {each.used_at:%Y-%m-%d}" if each.used_at else "never used"
            owner = "a member's" if each.grant_id else "a program's"
            tell(f"{each.id}: {each.email} ({owner}, {each.scope}, {ended}, {used})")


@tokens.command("rotate")
def rotate_token(
    token: Annotated[int, typer.Argument(metavar="ID", help="Its number in `paceline token list`.")],
    grace: Annotated[int, typer.Option("--grace", metavar="HOURS", help="So long the old one works still.")] = 24,
    organization: OrganizationOption = None,
) -> None:
    """Make a token in the place of another and print it; the other works for the grace."""
    with common.writing(organization) as own:
        from paceline.org.actions import tokens as verbs

        made, text = verbs.rotate_token(own, token, common.now(), grace)
    tell(text)
    say(f"token {made.id} for {made.email}: {made.scope}; token {token} works for {common.counted(grace, 'more hour')}")


@tokens.command("revoke")
def revoke_token(
    token: Annotated[int, typer.Argument(metavar="ID", help="Its number in `paceline token list`.")],
    organization: OrganizationOption = None,
) -> None:
    """Make a token good for nothing from now on."""
    with common.writing(organization) as own:
        from paceline.org.actions import tokens as verbs

        verbs.revoke_token(own, token, common.now())
    say("revoked")
