"""The sectoral statistics workbench: SOPs as data, next to the work itself."""

__version__ = "0.1.0"
