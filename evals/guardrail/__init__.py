"""Measure the rule engine on texts that were labelled by somebody who never saw a rule.

`texts` reads the data, `outcomes` asks the engine, `rates`, `alarms`, `evading` and `ablating` count, `summing` makes
the summary that the gate compares item by item, `tables` prints. Nothing here draws by chance.
"""
