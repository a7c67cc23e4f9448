"""English words of time, for callers who speak English. Forms are separated by '|'."""

from typing import Final

from gateway.speech.grammar.lexicon import Entries, build, english_numbers
from gateway.speech.numbers import cardinal

_THOUSANDS: Final[dict[int | str, str]] = {
    2000 + n: "|".join(
        f"two thousand {link}{said}"
        for link in ("", "and ")
        for said in {cardinal(n, lang="en"), cardinal(n, lang="en").replace("-", " ")}
    )
    for n in range(1, 100)
}

_ENTRIES: Final[Entries] = {
    "Y": {2000: "two thousand", **_THOUSANDS},
    "N": {1: "a|an", 0: "oh|o"},
    "W": {
        0: "monday|mondays|mon|monday's",
        1: "tuesday|tuesdays|tue|tues|tuesday's",
        2: "wednesday|wednesdays|wed|weds|wednesday's",
        3: "thursday|thursdays|thu|thur|thurs|thursday's",
        4: "friday|fridays|fri|friday's",
        5: "saturday|saturdays|sat|saturday's",
        6: "sunday|sundays|sun|sunday's",
    },
    "M": {
        1: "january|jan",
        2: "february|feb",
        3: "march|mar",
        4: "april|apr",
        5: "may",
        6: "june|jun",
        7: "july|jul",
        8: "august|aug",
        9: "september|sept|sep",
        10: "october|oct",
        11: "november|nov",
        12: "december|dec",
    },
    "P": {
        "morning": "morning|mornings|in the morning|breakfast|in the am|morning's",
        "fruehfrueh": "early-morning|in the early-morning|early in the morning|early morning|in the early morning|in the early hours of the morning"
        "|in the early hours|very early|before work|before breakfast|before school|very early in the morning|very early morning|first thing in the morning|first thing",
        "spaetvormittag": "late-morning|in the late-morning|late morning|late in the morning|in the late morning|mid morning|mid-morning",
        "vormittag": "forenoon|in the forenoon",
        "mittag": "lunch|lunchtime|lunch time|at lunch|midday break|lunch break|around lunch|over lunch",
        "nachmittag": "afternoon|afternoons|in the afternoon",
        "fruehnachmittag": "early afternoon|in the early afternoon|early in the afternoon",
        "spaetnachmittag": "late-afternoon|late afternoon|late in the afternoon|in the late afternoon",
        "nachessen": "after lunch|afternoon after lunch|after school",
        "feierabend": "after work",
        "abend": "evening|evenings|in the evening|dinner|dinnertime",
        "fruehabend": "early evening|early in the evening|in the early evening",
        "spaetabend": "late evening|late in the evening|in the late evening|after dinner",
        "latetonight": "late tonight",
        "tonight": "tonight|tonite",
        "night": "night|nights|at night|in the night|last thing at night",
        "spaetabend2": "late night|late at night",
    },
    "C": {
        0: "midnight|at midnight|12 midnight|twelve midnight",
        720: "noon|midday|at noon|at midday|12 noon|twelve noon|mid day|mid-day|high noon|noonish|middayish",
    },
    "R": {
        0: "today|todays|today's|eod|end of day|the end of day|end of the day|the end of the day|cob|close of business",
        1: "tomorrow|tomorrows|tomorrow's|tmrw|tmr|tomorow|tommorow|tommorrow|tomorrrow|2morrow|the next day|the following day|tmw",
        2: "day after tomorrow|the day after tomorrow|day after tmrw|overmorrow",
        -1: "yesterday|yesterday's",
        -2: "day before yesterday|the day before yesterday",
    },
    "U": {
        "minute": "minute|minutes|min|mins",
        "second": "sec|secs|seconds",
        "hour": "hour|hours|hr|hrs",
        "day": "day|days|day's",
        "workday": "business day|business days|working day|working days|workday|workdays|weekdays|weekday",
        "week": "week|weeks|week's|wk|wks",
        "fortnight": "fortnight|fortnights",
        "month": "month|months|month's|mo|mos",
        "year": "year|years|year's|yr|yrs",
        "weekend": "weekend|weekends|week-end|week end|wkend",
        "quarter": "qtr|quarter of the year|q",
        "quarterhour": "quarter of an hour|quarter hour|quarter-hour|a quarter of an hour|a quarter hour",
        "threequarterhour": "three-quarters of an hour|3/4 of an hour|three quarters of an hour|three quarter hour",
    },
    "Z": {
        1: "one and a half|one and half|1 and a half|1 and half",
        2: "two and a half|two and half|2 and a half|2 and an half|2 and half|two and an half",
        3: "three and a half|3 and a half",
        4: "four and a half|4 and a half",
    },
    "X": {
        0: "this|current|this current",
        1: "next|following|nxt",
        10: "coming|upcoming|this coming|this upcoming|the coming|this next",
        -1: "last|previous|this past|prior",
    },
    "K": {0: "calendar week|cw|week number|calender week"},
    "H": {
        "neujahr": "new year's day|new years day|new year day|new year|new years|new year's",
        "dreikoenig": "epiphany|three kings day",
        "mlk": "mlk day|martin luther king day|martin luther king jr day|martin luther king's day|martin luther king jr. day",
        "presidents": "presidents day|president's day|presidents' day|washington's birthday|presidential day",
        "valentin": "valentine's day|valentines day|valentine day|valentine's|valentines",
        "idesofmarch": "ides of march|the ides of march",
        "patrick": "st patrick's day|st. patrick's day|saint patrick's day|st patricks day|st paddy's day",
        "aprilscherz": "april fools|april fool's day|april fools day|april fools' day|april fool's",
        "earthday": "earth day",
        "arbeit": "may day|international workers day|international workers' day|labour day",
        "cincodemayo": "cinco de mayo",
        "memorial": "memorial day",
        "juneteenth": "juneteenth",
        "independence": "independence day",
        "labor": "labor day",
        "einheit": "german unity day|day of german unity",
        "columbus": "columbus day|indigenous peoples day|indigenous people's day",
        "halloween": "halloween|hallowe'en|all hallows eve",
        "allerheiligen": "all saints day|all saints' day|all saints",
        "allerseelen": "all souls day",
        "veterans": "veterans day|veteran's day|armistice day|remembrance day",
        "thanksgiving": "thanksgiving|thanksgiving day",
        "blackfriday": "black friday",
        "cybermonday": "cyber monday",
        "nikolaus": "st nicholas day|saint nicholas day|st. nicholas day",
        "heiligabend": "christmas eve|xmas eve|christmas's eve",
        "weihnachten": "christmas|christmas day|xmas|xmas day|x-mas",
        "weihnachten2": "boxing day|second day of christmas|st stephen's day",
        "silvester": "new year's eve|new years eve|nye|new year eve",
        "palmsonntag": "palm sunday",
        "gruendonnerstag": "maundy thursday",
        "karfreitag": "good friday",
        "karsamstag": "holy saturday|easter saturday",
        "ostern": "easter|easter sunday|easter day",
        "ostermontag": "easter monday",
        "himmelfahrt": "ascension day|ascension thursday|ascension",
        "pfingsten": "pentecost|whit sunday|whitsunday|whitsun|pentecost sunday",
        "pfingstmontag": "whit monday|pentecost monday",
        "fronleichnam": "corpus christi",
        "aschermittwoch": "ash wednesday",
        "fastnacht": "shrove tuesday|mardi gras|pancake day|pancake tuesday|fat tuesday",
        "rosenmontag": "rose monday|shrove monday",
        "muttertag": "mother's day|mothers day|mothers' day",
        "fathersday": "father's day|fathers day|fathers' day",
        "advent1": "first sunday of advent|first advent|first advent sunday",
        "zwischenjahre": "between the years|between christmas and new year|between christmas and new year's",
    },
    "S": {
        "fruehling": "spring",
        "sommer": "summer",
        "herbst": "autumn|fall",
        "winter": "winter",
    },
    "F": {
        "start": "first days of|first few days of|in the first days of|beginning of|the beginning of|start of|early in|early|at the beginning of|at the start of|in early|the start of",
        "middle": "middle of|the middle of|mid|in the middle of|in mid|mid-",
        "half1": "first half of|the first half of|in the first half of",
        "half2": "second half of|the second half of|in the second half of",
        "end": "last days of|last few days of|in the last days of|end of|the end of|at the end of|late|late in|in late|toward the end of|towards the end of",
    },
    "5": {
        "start week": "beginning of the week|start of the week|bow",
        "middle week": "midweek|mid-week|middle of the week",
        "end week": "end of the week|end of week|eow",
        "start month": "beginning of the month|start of the month|bom|early this month",
        "middle month": "middle of the month|mid-month|mid month",
        "end month": "end of the month|end of month|eom|the eom",
        "start quarter": "beginning of the quarter|start of the quarter",
        "middle quarter": "middle of the quarter",
        "end quarter": "end of the quarter|end of quarter|eoq",
        "start year": "beginning of the year|start of the year|boy",
        "end year": "end of the year|end of year|eoy",
    },
    "y": {2: "couple|a couple|couple of|a couple of|a pair of", 3: "few|a few|several|some"},
    "u": {0: "o'clock|oclock|o clock|o' clock|h|clock|o'clock's|hours hrs"},
    "m": {0: "am|a.m.|a.m|a m", 1: "pm|p.m.|p.m|p m"},
    "h": {0: "half|an half|half a|half an"},
    "q": {0: "quarter|a quarter"},
    "Q": {0: "three-quarters|three quarters|three quarter"},
    "v": {0: "before|til before|prior to|of noon|ahead of|earlier than"},
    "n": {0: "after|past|following on|later than|starting after"},
    "a": {0: "at|@|at exactly|exactly at|exactly|precisely|sharp|at precisely|for around"},
    "g": {
        0: "about|around|approximately|circa|roughly|ca|approx|at about|at around|at approximately|at roughly|round|ish"
        "|somewhere around|sometime around|round about|around about|like|say"
    },
    "d": {
        0: "the|on|of|for|that|sometime|some time|please|anytime|any time|'s|s|really|maybe|perhaps|preferably"
        "|possibly|also|again|only|every|each|during|into|all|whole|entire|then|with|date|is|be|was|will|full|would|okay|well"
    },
    "i": {0: "in|in about|in around|in like|in approximately"},
    "9": {0: "within|in the|during the|over the|for the|within the|inside of|within about"},
    "f": {0: "from|starting from|from around|from about"},
    "s": {0: "starting|beginning|starting at|starting on|beginning at|as of|starting around|since|onwards from"},
    "t": {0: "until|till|til|'til|up to|up until|through until|until about|until around|til about|untill"},
    "z": {0: "-|to|thru|through"},
    "b": {0: "between|anywhere between|sometime between|in between"},
    "e": {0: "and|&"},
    "o": {0: "or|alternatively"},
    "k": {
        0: "instead of|rather than|not|don't|no|except|except for|except on|excluding|apart from|but not|other than|any day but|anything but|any time but|anytime but|every day but"
    },
    "l": {
        0: "by|no later than|at the latest by|latest|not later than|latest by|at latest|not after|at the latest|by about"
    },
    "r": {0: "at the earliest|earliest|at earliest|not before|no earlier than|not earlier than"},
    "G": {
        1: "or later|or after|onwards|onward|and later|and onwards|and after|on wards|or any time after|plus",
        -1: "or earlier|or before|and earlier",
    },
    "E": {0: "shortly|just"},
    "j": {0: "ago|back|earlier"},
    "w": {0: "hence|from now|later|from this day|from this moment|out|rest|remainder"},
    "!": {0: "no wait|sorry|i mean|rather|i meant|instead|make that|no no|correction|actually"},
    "6": {3: "next days|coming days|following days", 21: "next weeks|coming weeks"},
    "7": {
        0: "doesn't work|does not work|doesn't suit|won't work|will not work|i can't|i cannot|i can not|can't do|can't make|cannot do|cannot make|i couldn't|i don't have time|i have no time|i'm not free|i am not free|i'm away|i am away|i won't be able|is no good|no good|not good|no use|doesn't suit me|not suitable|is not good"
        "|isn't good|isn't possible|is not possible|not possible|i'm busy|i am busy|i have to work|i'm not available|is bad"
    },
    "V": {
        0: "euro|euros|€|dollar|dollars|\\$|percent|%|cents|cent|pounds|pound|kg|people|persons|guests|times|person|kids|children"
        "|degrees|grams|bucks|quid|adults|seats|tickets|room|page|channel|chapter|seat|version|flight|gate|bus|train|line|apartment|suite|£|stars|star|inches|feet|miles|km|kilometers|cm|centimetres|centimeters|m|mm|millimetres|millimeters|inch|meters|years old"
    },
    "1": {
        0: "works|work|suits|fits|can|could|should|is|are|was|has|have|had|do|does|me|us|i|we|you|it|he|she|they|free|come"
        "|book|perfect|great|fine|good|when|because|if|there"
    },
    "0": {
        0: "now|this time|same time|at this time|about this time|right now|immediately|at this moment|right away|just now|at the moment"
    },
    "x": {
        0: "asap|as soon as possible|as early as possible|good morning|good afternoon|good evening|good night|good day|have a nice day"
        "|nice evening|nice day|one moment|a second|one second|a minute please|one time|next time|last time|first time"
        "|the other day|some day|someday|one day|may i|may you|may we|may be|you may|i may|we may|may have|may not|early bird|a bit"
        "|that day|to go|to be|to do|to get|to see|to make|to book|to have|to come|to change|to cancel|to you|to my|to me"
        "|at all|at first|good weekend|great weekend|nice weekend|lovely weekend|at least|at home|at your|in case|in fact|of course|next appointment|last appointment|every day|all day|too early|too late"
        "|day to day|any day|now i|now that|now then|by now|until now|no one|no time|a lot|a little"
    },
}

ENGLISH: Final = build(
    _ENTRIES,
    english_numbers(),
    joinable="",
    titles="mr mrs ms miss dr prof mister name named",
    greetings="good",
)
