"""The HTTP API: thin, one router a noun, over the same verbs as the command line."""
