"""What lies in a data folder: its files, tables, layouts and annotations, before anything is decided."""
