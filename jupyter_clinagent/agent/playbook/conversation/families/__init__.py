"""One file a family of sentences; each defines ``FAMILY``, and nothing else has to know of it."""
