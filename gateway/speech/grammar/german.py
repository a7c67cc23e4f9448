"""German words of time. Forms are separated by '|'; umlauts are written, their slips are derived."""

from typing import Final

from gateway.speech.grammar.lexicon import Entries, build, german_numbers

_ENTRIES: Final[Entries] = {
    "N": {
        1: "eins|ein|eine|einer|einem|einen|eines|'ne|ner|nem",
        2: "zwo|zwoi|zwoa|zwei'",
        7: "siebene|siem|sieme",
        8: "ochte",
        12: "zwölfe",
        3: "dreie",
        4: "viere",
        5: "fünfe",
        6: "sechse",
        9: "neune",
        10: "zehne",
        11: "elfe",
    },
    "O": {0: "nullte|nullten|nullter"},
    "W": {
        0: "montag|montags|mo|montach|mondag|mäntig|montog",
        1: "dienstag|dienstags|dienstage|dienstagen|di|dienstach|dienschtag|dienschdag|dinschdag|dienstog|zischtig|dinstag|dienstg",
        2: "mittwoch|mittwochs|mittwoche|mi|mittwochen|middwoch|mittwoach|mittwuch|mitwoch",
        3: "donnerstag|donnerstags|donnerstage|donnerstagen|do|donnerstach|donnerschtag|donnerschdag|dunnerstag|donnerstog|doonerstag|donerstag",
        4: "freitag|freitags|freitage|freitagen|fr|freitach|freidag|freitog|friitig|freidach",
        5: "samstag|samstags|samstage|samstagen|sa|sonnabend|sonnabends|samstach|samschtag|samschdag|samsdag|samstog|samschtig|sonnobend",
        6: "sonntag|sonntags|sonntage|sonntagen|sonntach|sonndag|sunndag|sonntog|sunntig|sontag",
    },
    "M": {
        1: "januar|januars|jänner|jan|jännar",
        2: "februar|februars|feber|feb|febr",
        3: "märz|mär|mrz|maerz",
        4: "april|aprils|apr",
        5: "mai|mais",
        6: "juni|junis|jun|juno",
        7: "juli|julis|jul|julei",
        8: "august|augusts|aug",
        9: "september|septembers|sept|sep",
        10: "oktober|oktobers|okt|october|oct",
        11: "november|novembers|nov",
        12: "dezember|dezembers|dez|december|dec",
    },
    "P": {
        "frueh": "morgens|früh|in der früh|in der frühe|frühs|am morgen|frühmorgens|morgends|früh morgens|früh am morgen"
        "|in den morgenstunden|zum frühstück|frühstück",
        "fruehfrueh": "am frühen morgen|vor der arbeit|vor dem frühstück|vor der schule|sehr früh am morgen|sehr früh|in aller früh|in aller frühe|sehr früh morgens"
        "|in den frühen morgenstunden|in der herrgottsfrühe|ganz früh|ganz früh am morgen",
        "spaetfrueh": "am späten morgen|spätmorgens|später morgen|nach dem frühstück",
        "vormittag": "vormittag|vormittags|vorm.|vormitt.|vor mittag|vor mittags|vormittage|im laufe des vormittags",
        "fruehvormittag": "früher vormittag|frühen vormittag|frühvormittags|früh am vormittag",
        "spaetvormittag": "später vormittag|späten vormittag|spätvormittag|spätvormittags|spät am vormittag",
        "mittag": "mittag|mittags|mittagszeit|mittagspause|mittagessen|zur mittagszeit|in der mittagspause|über mittag",
        "nachmittag": "nachmittag|nachmittags|nachm.|nachmitt.|nach mittag|nach mittags|nachmittage|im laufe des nachmittags",
        "fruehnachmittag": "früher nachmittag|frühen nachmittag|frühnachmittags|früh am nachmittag",
        "spaetnachmittag": "später nachmittag|späten nachmittag|spätnachmittag|spätnachmittags|spät am nachmittag"
        "|vorabend|am vorabend",
        "kurznachmittag": "kurz nach mittag|kurz nach dem mittag|kurz nach mittags|kurz nach dem mittagessen",
        "nachessen": "nach dem mittagessen|nach dem mittag|nach der mittagspause|nach der schule|nach dem essen",
        "abend": "abend|abends|abds|heut abend|abendessen|zum abendessen|im laufe des abends",
        "feierabend": "feierabend|nach feierabend|nach der arbeit|nach arbeitsende|nach büroschluss|nach dem büro",
        "fruehabend": "frühabend|früher abend|frühen abend|frühabends|früh am abend|früher abends",
        "spaetabend": "spätabend|später abend|späten abend|spätabends|spät am abend|spät abends|am späten abend|nach dem abendessen|nach dem abendbrot",
        "nacht": "nacht|nachts|in der nacht|zur nacht|heut nacht|spätnachts|spät nachts|tief in der nacht",
    },
    "C": {0: "mitternacht|um mitternacht|mitternachts"},
    "R": {
        0: "heute|heut|heit|heid|heude|heutigen|heutiger|heutige|der heutige tag|am heutigen tag|ende des tages|tagesende|am ende des tages|zum ende des tages|gegen ende des tages",
        1: "morgen|moagn|moang|morng|morje|moin früh|morgigen|morgige|morgiger|am morgigen tag|am nächsten tag|am folgenden tag|tags darauf",
        2: "übermorgen|über morgen|uebermorgn|den übernächsten tag|am übernächsten tag",
        3: "überübermorgen|über über morgen",
        -1: "gestern|gestrigen|gestrige",
        -2: "vorgestern|vor gestern",
    },
    "U": {
        "minute": "minute|minuten|min|mins|minuetchen",
        "second": "sekunde|sekunden|sek|sec",
        "hour": "stunde|stunden|std|stündchen|stunn",
        "day": "tag|tage|tagen|tages|tags",
        "workday": "werktag|werktage|werktagen|arbeitstag|arbeitstage|arbeitstagen",
        "week": "woche|wochen",
        "month": "monat|monate|monaten|monats",
        "year": "jahr|jahre|jahren|jahres",
        "weekend": "wochenende|wochenenden|wochenendes|weekend|wochende",
        "quarter": "quartal|quartals|q|vierteljahr|vierteljahres|viertel jahr",
        "half": "hälfte",
        "halfyear": "halbjahr|halbjahres|halbjahrs",
        "quarterhour": "viertelstunde|viertelstunden|viertel stunde|viertelstündchen",
        "halfhour": "halbstunde",
        "threequarterhour": "dreiviertelstunde|dreiviertel stunde|drei viertel stunde",
    },
    "Z": {
        1: "anderthalb|eineinhalb|einundeinhalb|ein einhalb|ein und ein halb",
        2: "zweieinhalb|zwei einhalb|zweiundeinhalb|zwei ein halb",
        3: "dreieinhalb|drei einhalb",
        4: "viereinhalb|vier einhalb",
    },
    "X": {
        0: "diesen|dieser|dieses|diesem|diese|dies|aktuellen|aktuelle|aktueller|laufenden|laufende|laufender",
        1: "nächsten|nächster|nächste|nächstes|nächstem|folgenden|folgende|folgender|darauffolgenden|darauffolgende"
        "|nächsde|nechsten|nechste|naechstn|nexten",
        10: "kommenden|kommende|kommender|kommendes|kommendem|jetzigen",
        2: "übernächsten|übernächster|übernächste|übernächstes|über nächsten|über nächste|über nächster|über nächstes",
        -1: "letzten|letzter|letzte|letztes|letztem|vergangenen|vergangene|vergangener|vergangenes|vorigen|vorige"
        "|voriger|voriges|vorherigen|verganenen",
        -2: "vorletzten|vorletzte|vorletzter|vorletztes|zweitletzten|zweitletzte|zweitletzter|zweitletztes",
    },
    "K": {0: "kw|kalenderwoche|kalenderwochen"},
    "H": {
        "neujahr": "neujahr|neujahrstag|neujahrs|neujahrstages",
        "dreikoenig": "dreikönig|dreikönigstag|heilige drei könige|heilige 3 könige|heiligen drei könige|heilig drei könig"
        "|heiligen drei königen|dreikönige|epiphanias",
        "valentin": "valentinstag|valentin|valentins",
        "frauentag": "frauentag|weltfrauentag|internationaler frauentag|internationalen frauentag",
        "arbeit": "tag der arbeit|maifeiertag|ersten maifeiertag",
        "bundesfeier": "bundesfeiertag|schweizer bundesfeiertag|schweizer nationalfeiertag",
        "mariahimmelfahrt": "mariä himmelfahrt|maria himmelfahrt",
        "mariaempfaengnis": "mariä empfängnis|maria empfängnis",
        "einheit": "tag der deutschen einheit|tag der einheit|tag deutscher einheit|einheitstag",
        "nationalfeiertag": "nationalfeiertag|österreichischer nationalfeiertag|nationalfeiertag österreich",
        "reformation": "reformationstag|reformationsfest",
        "halloween": "halloween",
        "allerheiligen": "allerheiligen",
        "allerseelen": "allerseelen",
        "martin": "martinstag|sankt martin|st martin|st. martin",
        "barbara": "barbaratag",
        "nikolaus": "nikolaus|nikolaustag|nikolausi|nikolausabend|sankt nikolaus|st nikolaus",
        "heiligabend": "heiligabend|heilig abend|heiligen abend|heiliger abend|heilgabend|weihnachtsabend|heiligabends",
        "weihnachten": "weihnachten|weihnacht|weihnachtstag|weihnachtsfeiertag|erster weihnachtstag|ersten weihnachtstag"
        "|ersten weihnachtsfeiertag|erster weihnachtsfeiertag|1. weihnachtstag|1. weihnachtsfeiertag|christtag"
        "|1 weihnachtstag|1 weihnachtsfeiertag|weihnachtsfest|erster feiertag",
        "weihnachten2": "zweiter weihnachtstag|zweiten weihnachtstag|zweiten weihnachtsfeiertag|2. weihnachtstag|stephanitag"
        "|2. weihnachtsfeiertag|zweiter weihnachtsfeiertag|stefanitag|stephanstag|2 weihnachtstag|2 weihnachtsfeiertag",
        "silvester": "silvester|sylvester|silvesterabend|silvestertag",
        "weiberfastnacht": "weiberfastnacht|altweiber|weiberfasching|altweiberfastnacht|schmutziger donnerstag",
        "rosenmontag": "rosenmontag|rosenmontags|rosen montag",
        "fastnacht": "fastnacht|faschingsdienstag|fastnachtsdienstag|veilchendienstag|faschingdienstag|karnevalsdienstag",
        "aschermittwoch": "aschermittwoch|ascher mittwoch",
        "palmsonntag": "palmsonntag",
        "gruendonnerstag": "gründonnerstag|grün donnerstag",
        "karfreitag": "karfreitag|kar freitag",
        "karsamstag": "karsamstag|ostersamstag|karsonnabend|ostersonnabend",
        "ostern": "ostern|ostersonntag|osterfest|oster sonntag|osterwochenende|oster",
        "ostermontag": "ostermontag|oster montag",
        "weissersonntag": "weißer sonntag|weissen sonntag",
        "himmelfahrt": "christi himmelfahrt|himmelfahrt|vatertag|himmelfahrtstag|auffahrt|männertag|herrentag",
        "pfingsten": "pfingsten|pfingstsonntag|pfingst|pfingst sonntag",
        "pfingstmontag": "pfingstmontag|pfingst montag",
        "fronleichnam": "fronleichnam|fronleichnahm",
        "muttertag": "muttertag",
        "erntedank": "erntedank|erntedankfest|erntedanktag",
        "thanksgiving": "thanksgiving",
        "blackfriday": "black friday",
        "volkstrauertag": "volkstrauertag",
        "bussundbettag": "buß- und bettag|buß und bettag|buss und bettag|bettag",
        "totensonntag": "totensonntag|ewigkeitssonntag",
        "advent1": "erster advent|ersten advent|1. advent|1 advent|erster adventssonntag|ersten adventssonntag|1. adventssonntag|erster sonntag im advent|ersten sonntag im advent|1. sonntag im advent|1. advents|ersten advents",
        "advent2": "zweiter advent|zweiten advent|2. advent|2 advent|zweiter adventssonntag|zweiten adventssonntag|2. adventssonntag|zweiter sonntag im advent|zweiten sonntag im advent|2. sonntag im advent|2. advents|zweiten advents",
        "advent3": "dritter advent|dritten advent|3. advent|3 advent|dritter adventssonntag|dritten adventssonntag|3. adventssonntag|dritter sonntag im advent|dritten sonntag im advent|3. sonntag im advent|3. advents|dritten advents",
        "advent4": "vierter advent|vierten advent|4. advent|4 advent|vierter adventssonntag|vierten adventssonntag|4. adventssonntag|vierter sonntag im advent|vierten sonntag im advent|4. sonntag im advent|4. advents|vierten advents",
        "zwischenjahre": "zwischen den jahren|zwischen den feiertagen|zwischen weihnachten und neujahr"
        "|zwischen weihnachten und silvester",
    },
    "S": {
        "fruehling": "frühling|frühjahr|frühlings|frühjahrs",
        "sommer": "sommer|sommers",
        "herbst": "herbst|herbstes|herbsts",
        "winter": "winter|winters",
    },
    "F": {
        "start": "anfang|beginn|anfangs|ersten tage|ersten tagen|zu beginn|zum beginn|am anfang|zum anfang|zu anfang|ganz am anfang",
        "middle": "mitte|in der mitte|zur mitte",
        "half1": "erste hälfte|ersten hälfte",
        "half2": "zweite hälfte|zweiten hälfte",
        "end": "ende|letzten tage|letzten tagen|zum ende|am ende|gegen ende|schluss",
    },
    "5": {
        "start week": "wochenanfang|wochenbeginn|anfang der woche",
        "middle week": "wochenmitte|mitte der woche",
        "half1 month": "erste monatshälfte|ersten monatshälfte",
        "half2 month": "zweite monatshälfte|zweiten monatshälfte",
        "half1 week": "erste wochenhälfte|ersten wochenhälfte",
        "half2 week": "zweite wochenhälfte|zweiten wochenhälfte",
        "end week": "ende der woche|wochenausklang",
        "start month": "monatsanfang|monatsbeginn",
        "middle month": "monatsmitte",
        "end month": "monatsende",
        "start year": "jahresanfang|jahresbeginn",
        "end year": "jahresende",
    },
    "y": {3: "paar|ein paar|einige|einigen|wenige|wenigen|ein paare|mehrere|mehreren"},
    "u": {0: "uhr|ur|uhrn|uhrzeit|h"},
    "m": {1: "pm|p.m.|p.m"},
    "h": {0: "halb|halber|halbe|halben|halbes|um halb"},
    "q": {0: "viertel|virtel|fiertel|viertl"},
    "Q": {0: "dreiviertel|drei viertel|dreivirtel|3/4|3 viertel"},
    "v": {0: "vor|vorm|früher als|früher wie"},
    "n": {0: "nach|nachm|später als|später wie"},
    "a": {0: "um|@|punkt|um punkt|exakt|genau|gleich um|pünktlich um|so um|schlag"},
    "g": {
        0: "gegen|ca|circa|zirka|ungefähr|etwa|so|gg|rund|so gegen|so ca|so etwa|so ungefähr|gegen ca|ungefaehr um|um ca"
        "|um circa|um etwa|um ungefähr|um die|um rund|so zirka|so circa|vielleicht|ggn|schätzungsweise|eher|so was um|max|maximal|höchstens|wohl|plusminus"
    },
    "d": {
        0: "der|den|dem|des|die|das|am|an|zum|zur|auf|für|fürn|aufm|zu|beim|jeden|jeder|jedem|jede|ganzen|ganze|ganzer"
        "|ganztägig|ne|nen|s|mal|schon|bitte|dann|gern|gerne|irgendwann|irgendwie|möglichst|wieder|noch|ja|nun|erst|auch|lieber"
        "|laufe|verlauf|wochentag|tagsüber|über|also|nur|eventuell|evtl|guten|gute|vollen|volle|knappen|knappe|genauer|dh|spontan|wäre|gut|ok|okay|immer"
    },
    "i": {0: "in|im|ins"},
    "9": {0: "innerhalb von|innert|innerhalb|binnen|innerhalb der|in den|während|waehrend|im laufe"},
    "f": {0: "von|vom|von ca|vom ca"},
    "s": {
        0: "ab|frühestens ab|erst ab|abm|beginnend|ab dem|ab der|anfangend|startend|ab ca|ab circa|ab etwa|ab so|seit"
    },
    "t": {
        0: "bis|biss|bs|bis um|bis zum|bis zur|bis max|bis allerspätestens|bis höchstens|bis längstens|bis ca|bis etwa|bis circa|bis gegen|bis maximal|bis spätestens|bis spät.|bis einschließlich|bis inklusive|bis in|bis in den|bis so"
    },
    "z": {0: "-"},
    "b": {0: "zwischen|zw|zw.|zwischn"},
    "e": {0: "und|u|&|n|+"},
    "o": {0: "oder|bzw|beziehungsweise|alternativ"},
    "k": {
        0: "besser als|lieber als|statt|anstatt|nicht|nich|net|keinesfalls|ned|auf keinen fall|außer|ausser|ausgenommen|bloß nicht|nur nicht"
    },
    "l": {
        0: "spätestens|allerspätestens|spätestens um|spätestens bis|maximal bis|max bis|höchstens bis|allerhöchstens bis|nicht später als|nicht später wie|nicht länger als bis|längstens bis|spätstens|spät.|spätest."
    },
    "r": {0: "frühestens|frühestens um|allerfrühestens|mindestens ab|nicht früher als|frühstens|frühest."},
    "G": {
        1: "oder später|oder danach|und später|aufwärts|und danach",
        -1: "oder früher|oder davor|und früher",
    },
    "E": {0: "kurz|knapp|kurze zeit"},
    "w": {
        0: "ab jetzt|von jetzt an|von heute an|später|spaeter|von jetzt|ab jetz|rest|restliche|restlichen|restlicher"
    },
    "!": {
        0: "nein|nee|ne quatsch|quatsch|sondern|ich meine|ich meinte|meine ich|doch lieber|besser|moment|stopp|beziehungsweise nein|korrektur"
    },
    "6": {
        3: "nächsten tage|nächsten tagen|nächste tage|kommenden tage|kommenden tagen|kommende tage",
        21: "nächsten wochen|nächste wochen|kommenden wochen|kommende wochen",
    },
    "7": {
        0: "geht nicht|nicht geht|nicht passt|nicht klappt|nicht kann|nicht könnte|nicht ginge|keine zeit|schaffe ich nicht|bin nicht da|geht leider nicht|geht gar nicht|geht es nicht|geht es leider nicht|geht's nicht|geht das nicht|kann ich nicht"
        "|kann ich leider nicht|kann ich gar nicht|kann nicht|kann leider nicht|passt nicht|passt mir nicht|passt es nicht"
        "|passt es mir nicht|passt leider nicht|passt mir leider nicht|passt gar nicht|klappt nicht|klappt es nicht"
        "|klappt leider nicht|habe ich keine zeit|hab ich keine zeit|habe ich leider keine zeit|bin ich nicht da|ist schlecht"
        "|ist ganz schlecht|passt schlecht|ist ungünstig|ist blöd|ist doof|wird schwierig|wird eng|bin ich verplant|habe ich schon was vor|hab ich schon was vor|bin ich nicht|bin ich weg|bin ich verreist|ist nicht möglich|nicht möglich|geht überhaupt nicht|bin ich im urlaub|arbeite ich|muss ich arbeiten"
    },
    "V": {
        0: "euro|€|eur|cent|dollar|prozent|%|kg|gramm|cm|zentimeter|zentimetern|millimeter|millimetern|cent|meter|m|km|kilometer|liter|franken|mark|personen|person|leute"
        "|kinder|gäste|erwachsene|plätze|jährige|jähriger|grad|°|mm|stück|termine|franc|chf|\\$|leuten|kindern|stufe|nummer|version|ecken|häuser|seite|zimmer|platz|kanal|kapitel|absatz|paragraph|paragraf|raum|saal|gleis|linie|bus|flug|zug|artikel|formel|größe|sterne|version|kilo|pfund|£"
    },
    "1": {
        0: "passt|passen|passte|passts|kommen|komme|kommst|kommt|käme|geht|gehts|geht's|gehen|ginge|gehe|klappt|klappen"
        "|würde|würden|könnte|könnten|kann|können|möchte|möchten|will|wollen|hätte|hätten|habe|haben|hab|hat|ist|sind|wär"
        "|wären|bin|war|mir|uns|mich|ich|wir|sie|es|er|man|frei|vorbei|vorbeikommen|vorbeischauen|buchen|reservieren"
        "|reicht|prima|super|perfekt|toll|nehmen|nehme|wenn|weil|dass|ob|da|bei|mit|ohne|wegen|was|etwas|gebucht|reserviert"
        "|eingetragen|ausgemacht|vereinbart|verschieben|verlegen|absagen|stornieren|umbuchen|tauschen|drankommen|schaffen|machen|ausmachen|festmachen|eintragen|notieren|legen|schieben|danke|dankeschön|merci|dank|haben|kriegen|bekommen"
    },
    "0": {
        0: "jetzt|gerade eben|um diese zeit|zu dieser zeit|um diese uhrzeit|jetzt gleich|sofort|genau jetzt|jetzt sofort|in diesem moment"
    },
    "x": {
        0: "so früh wie möglich|so schnell wie möglich|so bald wie möglich|schnellstmöglich|möglichst früh|möglichst bald"
        "|so spät wie möglich|so früh es geht|so früh wie es geht|so spät es geht|so bald wie es geht|so zeitig wie möglich|zu früh|zu spät|früher|eher früher|letztes mal|nächstes mal|morgen , hier ist|morgen , mein name|morgen , ich|morgen hier ist|abend , hier ist|abend , mein name|morgen zusammen|tag , hier ist|morgen , hier spricht|abend , hier spricht|das letzte mal|beim letzten mal"
        "|beim nächsten mal|das nächste mal|ein ander mal|mal sehen|vor kurzem|neulich|um so|um die ecke|von mir|um gottes willen"
        "|vor ort|zum einen|zum anderen|auf einmal|noch einmal|ein mal|zwei mal|drei mal|erstes mal|zum ersten mal|nächster termin"
        "|nächsten termin|letzten termin|letzter termin|nächste mal|tag und nacht|eines tages|guten tag|schönen tag|tag auch"
        "|vor allem|nach wie vor|rund um die uhr|jetzt bin|jetzt habe ich|jetzt hab ich|jetzt muss ich|jetzt weiß ich|jetzt verstehe ich|jetzt aber|jetzt mal|so ist das|so so|ach so|so ein|so eine|so einen|so was|so viel|so weit|um was|um zu|nach hause"
        "|im sommer geboren|von beruf|alles gute|erst mal|erst einmal|halbe sachen|von ihnen"
    },
}
GERMAN: Final = build(
    _ENTRIES,
    german_numbers(),
    joinable="WPNuhqQaROMU",
    titles="frau herr herrn fr. hr. familie dr doktor prof kollegin chefin namens heiße heisse name",
    greetings="",
)
