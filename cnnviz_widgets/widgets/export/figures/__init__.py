"""Figures for print: drawings in vectors, of a layer and of a comparison."""
