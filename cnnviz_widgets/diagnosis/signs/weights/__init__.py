"""Signs that show in weights [WL20 §1.3.3–1.3.5].

The paper calls the signs of parameters auxiliary: none of them is severe by itself, but for
channels that are all the same.
"""
