"""The embeddable web component, served as one script."""
