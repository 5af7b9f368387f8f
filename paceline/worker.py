"""The jobs that run by themselves, in a queue of the same database."""

from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from procrastinate.contrib.django import app

from paceline import edge, postgres
from paceline.accounts import sessions
from paceline.api.models import Answered
from paceline.crm.files import actions as files
from paceline.facts import postings
from paceline.org import audit
from paceline.org.models import Organization
from paceline.plan.actions import previews

# A page that was away for longer reads everything anew.
POSTINGS_KEPT = timedelta(days=1)
# Whoever repeats a call later than this repeats the write.
ANSWERS_KEPT = timedelta(days=1)
# Who comes back to a preview later looks at it anew.
PREVIEWS_KEPT = timedelta(days=1)


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="tidy")
def tidy(timestamp: int) -> None:
    """Forget what nobody can ask for any more."""
    now = datetime.fromtimestamp(timestamp, UTC)
    forget(now)


@app.task(name=files.JOB)
def import_file(org_id: int, import_id: int) -> None:
    """Try or write an uploaded file, as far as the page that shows it has not done so already."""
    while edge.in_transaction(lambda: files.step(edge.caller_scope(org_id, "worker"), import_id)):
        pass


def forget(now: datetime) -> None:
    """Forget what was kept long enough: postings, answers, previews, files, sessions, changes; everybody's."""
    with edge.unscoped():
        numbers = list(Organization.objects.filter(audit_days__gt=0).values_list("id", flat=True))
        postings.forget(edge.raw_connection(), now - POSTINGS_KEPT)
        Answered.objects.filter(answered_at__lt=now - ANSWERS_KEPT).delete()
        previews.forget(now - PREVIEWS_KEPT)
        files.forget(now)
        sessions.forget(now)
    for org_id in numbers:
        edge.in_transaction(lambda org_id=org_id: audit.forget(edge.caller_scope(org_id, "worker")))


def run() -> None:
    """Work until SIGTERM or SIGINT; the job under way is finished first. Django is set up already."""
    postgres.keep()
    call_command("procrastinate", "worker")
