"""The verbs of the room, one file a noun: check, change, record the change, and restate what rests on it."""
