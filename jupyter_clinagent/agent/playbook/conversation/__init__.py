"""What a clinician says about a study: one file a family of sentences (``families/``), each with its examples and its effect."""
