"""Facts in one line, so that a table of texts can be read beside what they say."""

from datetime import timedelta

from app.medicines.dosage import text
from app.medicines.dosage.facts import Facts, Moment
from app.medicines.patterns import Days

WEEK = "Mon Tue Wed Thu Fri Sat Sun".split()


def told(line: str) -> str:
    """What is read in a line of text, in short."""
    read = text.understood(line)
    steps = " THEN ".join("; ".join(_parts(facts)) for facts in read.steps)
    return (steps + "".join(f" ?{piece}" for piece in read.unread) + " !" * len(read.doubts)).strip()


def _parts(facts: Facts) -> list[str]:
    said = [amount.words for amount in facts.amounts]
    said += [facts.times.words] if facts.times else []
    said += [f"every {_span(facts.hours.least, facts.hours.most)} h"] if facts.hours else []
    said += [_days(facts.days)] if facts.days else []
    said += [_moment(moment) for moment in facts.moments]
    said += ["as needed"] if facts.as_needed else []
    said += [f"most {facts.most_amount.words}"] if facts.most_amount else []
    said += [f"most {facts.most_times} times"] if facts.most_times else []
    said += [f"gap {_span(facts.gap, facts.gap)} h"] if facts.gap else []
    return said + _course(facts)


def _course(facts: Facts) -> list[str]:
    said = [f"for {_range(*facts.length)} days"] if facts.length else []
    if facts.taper:
        said.append(f"down by {facts.taper.by.words} every {facts.taper.every} days to {facts.taper.until}")
    said += ["as directed"] if facts.as_directed else []
    return said + [f"varies: {words}" for words in facts.varies]


def _days(days: Days) -> str:
    said = [f"every {days.every} days"] if days.every > 1 else []
    said += ["on " + " ".join(WEEK[number - 1] for number in sorted(days.weekdays))] if days.weekdays else []
    said += [f"every {days.every_weeks} weeks"] if days.every_weeks > 1 else []
    said += [f"{days.on} days on {days.off} off"] if days.on else []
    return ", ".join(said)


def _moment(moment: Moment) -> str:
    minutes = moment.offset // timedelta(minutes=1)
    return (
        f"@{moment.words}{f'{minutes:+} min' if minutes else ''}{f' ({moment.amount.words})' if moment.amount else ''}"
    )


def _span(least: timedelta, most: timedelta) -> str:
    return _range(*(f"{length / timedelta(hours=1):g}" for length in (least, most)))


def _range(least: object, most: object) -> str:
    return f"{least}" if least == most else f"{least} to {most}"
