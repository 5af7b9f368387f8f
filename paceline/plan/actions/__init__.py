"""The verbs of the room, one file a noun: check, change, record the change, and post what rests on it."""
