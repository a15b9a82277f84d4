"""Turn articles into a searchable corpus on disk: documents, passages, vectors and words."""
