"""The mind without a language model: lexicon, drafting, the order of a study."""
