"""What an argument may be: each rule once, in the same words wherever the argument occurs.

Every rule takes the argument's name and what was given, and returns it as the code behind it
wants it. A `TypeError` says that it is of another kind, a `ValueError` that it is outside what
its kind may be; either names what was given and what was expected.
"""
