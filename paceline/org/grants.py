"""What members may do: from the role that is granted to them."""

from paceline.domain.access import OF_ROLE, Access, Role
from paceline.org.models import Grant


def access_of(grant: Grant) -> Access:
    """What the member of this grant may do; nothing once it has ended."""
    if grant.ended_at is not None:
        return Access(frozenset())
    return Access(OF_ROLE[Role(grant.role)], grant.person_id, grant.id, grant.person_id)
