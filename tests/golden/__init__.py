"""What the package says of fixed models, kept while its code is moved: nothing may change.

``python -m tests.golden.make`` writes it anew, where a change of what is said is meant.
"""
