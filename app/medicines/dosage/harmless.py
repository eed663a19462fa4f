"""Words that change neither when nor how much, and words that leave it to somebody: lists for the reading of texts."""

from __future__ import annotations

from typing import Final

_DOER = r"(?:your |the |a )?(?:doctor|gp|nurse|prescriber|pharmacist|hospital|clinic|consultant|specialist|dentist)"
DIRECTED: Final = (
    r"(?:take |use |apply |to be used |to be taken )?(?:as|when) (?:directed|instructed|advised|prescribed|discussed)"
    rf"(?: by {_DOER})?",
    r"mdu|asd|as per (?:instruction|instructions|leaflet)",
)

# The dose is decided anew each time: somebody's step, never a reminder made by itself.
CHANGING: Final = (
    r"titrat\w+(?: up| down)?(?: to \w+)?",
    r"(?:increas\w+|escalat\w+|build\w* up)",
    r"sliding scale(?: insulin)?|correction dose|variable(?: dose)?",
    r"(?:adjust\w*|var(?:y|ies|ied))(?: the)?(?: dose| dosage)?",
    r"(?:according|in relation) to(?: \w+)?|(?:depending|based|dependent) on(?: \w+)?",
    r"(?:as per|per|see)(?: your| the)? (?:inr|protocol|scale|chart|plan|yellow book|regimen?|steroid card)",
    r"(?:reduc\w+|decreas\w+|tapering|wean\w*)(?: the)?(?: dose)?(?: slowly| gradually)?",
    r"carb\w* count\w*|unit per \d+ ?g(?: of)? carb\w*",
    r"until (?:tolerated|response|better|symptoms (?:settle|resolve|improve)|resolved|controlled)",
)

_REASON = (
    r"(?:(?:rib|back|joint|nerve|severe|mild|moderate|breakthrough|chest|stomach) )?pain(?: relief)?|"
    r"fever|(?:high )?temperature|itch(?:ing)?|heartburn|indigestion|reflux|sleep|nausea|sickness|vomiting|wheez\w*|"
    r"breathlessness|shortness of breath|cough|(?:high )?blood pressure|cholesterol|diabetes|thyroid|asthma|copd|"
    r"constipation|diarrhoea|allerg\w+|hay ?fever|anxiety|agitation|depression|mood|(?:chest )?infection|gout|angina|"
    r"arthritis|eczema|migraine|headaches?|restless legs|fluid|water retention|heart(?: failure)?|epilepsy|seizures|"
    r"parkinson's|menses|cramps?"
)
_EYE = r"(?:each|both|the|the left|the right|the affected|left|right|affected) (?:eyes?|ears?|nostrils?)"
HARMLESS: Final = (
    # what is done with it
    r"(?:to be )?(?:take|taken|taking|use|used|apply|applied|inject|instil|instill|insert|inserted|inhale|inhaled|give|"
    r"given|swallow|suck|chew|dissolve|dissolved|put|place|change|replace|stick|wear|administer|drink|spread|sprinkle|"
    r"rub|dab)(?: it| (?:the )?patch)?",
    r"by mouth|orally|oral|po|p o|subcut(?:aneously)?|sub ?cut|sc|s c|im|iv|intramuscularly|topically|sublingually|sl|"
    r"pr|pv|rectally|vaginally|under the tongue|by inhalation|by injection|into the (?:skin|vagina)|in(?: the)? mouth|"
    r"via (?:a )?spacer",
    rf"(?:(?:in|into|to|on) )?{_EYE}",
    r"(?:to|on|onto) (?:the |a )?(?:affected )?(?:areas?|skin|part|scalp|upper arm|vaginal area)",
    r"(?:to|on) (?:the |an? )?(?:clean |dry |hairless )+(?:area|skin)(?: of skin)?",
    r"on (?:the |your )?(?:left|right) (?:arm|leg|hand|foot|shoulder|knee)",
    r"sparingly|thinly|gently|liberally|using (?:a )?cotton swab or finger",
    # how it is swallowed
    r"(?:with|in)(?: a)?(?: full| large| whole)?(?: glass| tumbler)?(?: of)?(?: plenty of)? ?water",
    r"(?:swallow(?:ed)? )?whole|(?:do not|don't) (?:crush|chew|suck)(?: or (?:crush|chew))?",
    r"(?:with|after|before|at)(?: or (?:just )?(?:after|before))? (?:a little )?food|just after food",
    r"on an empty stomach|(?:0\.5|1|an) ?hour before food(?: or 2 hour after food)?|30 to 60 minute before food",
    r"shake (?:well|the bottle)(?: before use)?|rinse (?:your )?mouth (?:after|after use)?",
    r"while (?:sitting )?(?:upright|sitting|standing)(?: or standing)?",
    r"(?:and )?stay upright for (?:at least )?(?:30 minute|0\.5 hour)(?: after)?",
    r"over (?:\d+(?: ?(?:-|to) ?\d+)?) minute",
    # warnings of the label
    r"warning(?: ;)?|(?:this medicine )?may (?:cause drowsiness|make you sleepy)|avoid alcohol(?:ic drinks?)?|"
    r"if (?:affected|this happens) ;? ?do not drive(?: or (?:operate machinery|use tools or machines))?|"
    r"do not drink alcohol|contains (?:paracetamol|aspirin)",
    r"(?:do not|don't) take with any other paracetamol(?: products?)?|\(?qualifier value\)?",
    # why
    rf"(?:for|to (?:help|relieve|treat|prevent|control))(?: the)?(?: relief of| your)? (?:{_REASON})"
    rf"(?: (?:and|or) (?:{_REASON}))?",
    # small words
    r"a|an|the|of|please|this|it|your|medicine|be|is|to be|via|only|regularly",
)
