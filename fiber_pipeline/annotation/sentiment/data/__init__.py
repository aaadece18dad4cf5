"""Hand-written data of the local sentiment engine: lexicons, modifiers, exact answers and rules.

Only TSV and YAML files belong here; each says at its top how it is read and how it is extended.
"""
