"""Taking a study out of the building: bundle, verify, evaluate, predict."""
