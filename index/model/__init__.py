"""Bundled model files and the scripts that made them."""
