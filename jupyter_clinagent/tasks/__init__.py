"""What a study can be about: one folder a task, found through :mod:`.registry`; :mod:`.protocol` says what a task answers for."""
