"""Quality of the whole program: datasets, scorers and gates. Not shipped in the wheel."""
