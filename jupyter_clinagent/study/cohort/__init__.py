"""From files to a cohort: labels, groups, duplicates, partition, seal, audit."""
