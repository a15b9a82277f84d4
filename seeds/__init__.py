"""The user's article and questions over it, shipped so that a fresh install has something to answer from."""
