"""People and units: the tree, a unit's and a person's page, moves with a preview, import."""
