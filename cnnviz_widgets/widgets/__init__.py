"""Widgets: traits, validation and the wire format; what they show is computed elsewhere.

Nothing is imported here, so that a view of plain arrays loads no Keras: take the widgets from
`cnnviz_widgets`, which imports each when it is first used.
"""
