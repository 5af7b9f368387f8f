"""Who: the organization, its people, departments and teams, and their dated memberships."""
