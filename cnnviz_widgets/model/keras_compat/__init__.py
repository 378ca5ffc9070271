"""What is used of Keras and TensorFlow that is private, or that differs by version.

Keras promises nothing of these names. They stand here and nowhere else, and each says which
version forced it and what comes of it where it is missing. "3.8" is the oldest version that the
package runs on: what is said to be so from there on was still so in 3.15. A test looks for each
name in the Keras that is installed.
"""
