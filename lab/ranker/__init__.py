"""Which object comes next in a stream of facts: the ranker that is held to public benchmarks.

It lost to the regression of `detente moves` on the coming week (`python -m lab.benchmarks moves`).
"""
