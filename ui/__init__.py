"""Show answers to people and programs: terminal, web page, widget and HTTP API."""
