"""Words that stand in texts about anything, in English, German, French and Spanish."""

from typing import Final

_WORDS: Final = """
able about above after again against all almost along already also although always among and
another any anybody anyone anything are around ask away back because been before being below
between both but came can cannot come could did didn does doesn doing don done down during each
either else enough even ever every everyone everything few first for from further gave get gets
getting give given goes going gone good got had has hasn have haven having hello her here hers
him his how however into isn its itself just keep kept know last least less let like little long
look made make makes making many may maybe might mine more most much must myself need never new
next none nor not nothing now off often once one only onto other others our ours out over own
part people perhaps please put quite rather really right said same saw say says see seem seems
seen shall she should since some somebody someone something soon still such sure take taken than
thank thanks that the their theirs them themselves then there these they thing things think this
those though three through thus time today together told tomorrow too took toward tried try
trying two under until upon use used using very via want wants was wasn way week well went were
what whatever when where whether which while who whole whom whose why will with within without
won work works would wouldn yes yesterday yet you your yours yourself
aber als auch auf aus bei bin bis das dass dem den der des die doch ein eine einem einen einer
für habe haben hat hier ich ihr ist kann mal man mehr mein meine mit nach nicht noch nur oder
schon sein sich sie sind über und uns von vor war was wenn wie wir wird zum zur
avec aux ces cette comme dans des donc elle est les leur mais mes mon nous par pas plus pour que
qui sans ses son sont sur très tout une vous
como con del donde ella entre era esta este esto hay las los más muy nos otro para pero por
porque qué ser sin sobre son sus también tiene todo una uno
"""
COMMON: Final = frozenset(_WORDS.split())
"""That such a word stands in few texts of a kind is chance, and tells nothing of the kind."""
