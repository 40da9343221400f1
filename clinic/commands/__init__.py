"""Commands that touch a record, each in a module of its own, imported only when it is called (`clinic.cli.ELSEWHERE`).

Decides: what is printed. Must never know: a way to a record other than `clinic.access`, as the person named by `--as`.
"""
