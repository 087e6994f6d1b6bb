"""Claims about the past, each judged by one estimator that is declared beforehand.

A kind of claim is one module; `rules` is the only place where numbers become words.
"""
