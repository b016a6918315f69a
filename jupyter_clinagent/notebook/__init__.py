"""The live notebook: one port, three implementations (open document of a server, headless file, the magic's own)."""
