"""Importing an uploaded file: read once, its columns told, all rows tried, then written part by part."""
