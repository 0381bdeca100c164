"""Files of any kind an office sends, turned into grids of cells. Content decides, never the file's name."""
