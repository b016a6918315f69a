"""What no task may bend: specification, experiments, acceptance, the one opening, the record."""
