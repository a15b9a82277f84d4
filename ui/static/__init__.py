"""Styles and scripts of the pages."""
