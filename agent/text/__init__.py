"""Pure functions over text: units, sentences, numbers, provenance, similarity, cleaning."""
