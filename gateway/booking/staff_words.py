"""The words around a name: titles, lead words, fillers, ways to say "anyone" and "the same again", and first names.

General German (and a little English) as spoken on the phone; no company's people.
"""

import re
from typing import Final

from gateway.speech.fold import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


HONORIFICS: Final = _words(
    """herr herrn herren frau fr hr dr doktor doktorin prof professor professorin dipl ing med dent mag fräulein
    schwester meister meisterin mister mrs miss ms mr"""
)
CARRIERS: Final = _words("bei beim zu zum zur mit vom von der die das den dem des an auf für am im in durch chez")
NAME_LEADS: Final = HONORIFICS | _words("bei beim zu zum zur mit von")
FEMININE_LEADS: Final = _words("frau fr fräulein schwester zur mrs miss ms")
MASCULINE_LEADS: Final = _words("herr herrn herren hr zum beim mister mr den")
PARTICLES: Final = _words("von van de der den del della di da dos el al bin ibn zu vom und la le")
NEGATIONS: Final = _words("nicht außer ausser ohne kein keine keinen keiner keinem bloß not except")
TURNS: Final = _words("sondern aber lieber dafür stattdessen dann but rather")

# Everyday words of a call that are nobody's name. A word that is a name of the list counts as one behind a lead word.
FILLERS: Final = _words(
    """ich wir er sie es du ihr man mich mir uns euch mein meine meinen meiner meinem dein deine ihre ihren ihrem ihnen
    unser unsere möchte möcht würde würd hätte hätt hab habe haben hat will wollte wollen könnte können kann darf gehe
    gehen geh geht komme kommen komm wäre wär bin ist sind war waren wird werden soll sollte muss müsste brauche
    bräuchte nehme nehmen nehm lassen lass machen mache macht gemacht schneiden schneidet geschnitten buchen bitte
    danke gern gerne gerade grade ja nein ne nee nö doch halt mal eben auch noch nur schon so dann wenn wieder wie was
    wann wo ob dass weil also ähm äh öh hm mhm ok okay genau gut super toll schön hallo guten tag morgen moin servus
    grüß gott einen eine einer einem eines ein einmal termin termine haare haar haarschnitt farbe bart färben föhnen
    waschen strähnen kollege kollegen kollegin kolleginnen mitarbeiter mitarbeiterin friseur friseurin friseuse
    stylist stylistin therapeut therapeutin arzt ärztin person leute jemand frei zeit platz heute übermorgen montag
    dienstag mittwoch donnerstag freitag samstag sonnabend sonntag woche uhr um ab bis nach vor gegen vormittag
    vormittags nachmittag nachmittags mittag mittags abend abends früh nächste nächsten nächster nächstes kommende
    kommenden diese diesen dieser lieber liebsten liebste liebster besten eigentlich unbedingt wünsche wunsch möglich
    möglichst vielleicht irgendwie immer sonst letztes letzten letzter letzte glaube heißt heißen namens name genannt
    und oder aber sondern nicht kein keine keinen keiner keinem außer ohne bloß hin rein ran da dort hier the with
    i like would to please appointment for my prefer want see by can get at und eins zwei drei vier fünf sechs sieben
    acht neun zehn elf zwölf halb viertel beide beiden beides von auf fall keinesfalls gerne ausschließlich nämlich
    zufrieden bekannt kenne kennt war hatte hatten gewesen klappt passt verfügbar arbeitet anwesend dran not except
    but rather alle jeden"""
)

ANYONE: Final = re.compile(
    r"\b(?:egal|e?gal wer|wurscht|wurst|schnuppe|schnurz|gleichgueltig|beliebig\w*|unwichtig|whoever|any ?one|any ?body|"
    r"wer auch immer|wer (?:gerade|grad|grade|halt|eben|zuerst|als|zeit|frei|da|kann|will|immer|am|moechte|so|dann|morgen|heute)"
    r"|wer ist (?:denn )?(?:frei|da)|irgend\w*|jeder|jedem|jede (?:ist|kann)|hauptsache|bin (?:da )?(?:ganz |sehr |voellig )?"
    r"(?:flexibel|offen)|(?:nicht|weniger) (?:so )?wichtig|keine rolle|keine? (?:besondere\w* |bestimmte\w* )?"
    r"(?:praeferenz\w*|vorliebe\w*|wunsch|wuensche|bestimmte\w*|besondere\w*|spezielle\w*)|keinen (?:bestimmte\w*|"
    r"besondere\w*|spezielle\w*|wunsch)|niemand(?:en|em)? (?:bestimmt\w*|besonder\w*|speziell\w*)|"
    r"(?:mir|uns|ist) (?:\w+ )?(?:gleich|recht)|gleich wer|alles? recht|kommt (?:mir )?nicht (?:so )?(?:da)?rauf an|"
    r"(?:sie|du|ihr) (?:\w+ ){0,2}(?:entscheiden|entscheidest|aussuchen|aus)|(?:entscheiden|suchen) sie|such dir|"
    r"ueberlasse? ich|ueberlass ich|no preference|does ?n ?t matter|do(?: not|n ?t) (?:care|mind)|freie auswahl|"
    r"naechstbeste\w*|erstbeste\w*|freie[nr]? mitarbeiter\w*|alle (?:sind|gut)|wen sie|wem sie|wer bei ihnen)\b"
)
SAME_AGAIN: Final = re.compile(
    r"\b(?:(?:der|die|dem|den)selben?|(?:der|die|dem|den) selben?|(?:beim?|zu[mr]?|bei der|bei dem|vom|von der) gleichen|"
    r"(?:die|der) gleiche (?:wie|person|frau|herr|mann|kollegin|dame)|gleiche person|gleichen person|wie (?:immer|sonst|ueblich|gehabt)|"
    r"wie (?:das |beim |bei dem )?(?:letzte[ns]?|vorige[ns]?) mal|(?:vom|von dem) (?:letzten|vorigen) (?:mal|termin)|"
    r"(?:die|der) vom letzten|von letzte[mnsr] (?:mal|woche|monat)|letztes mal auch|(?:mein|meine|meinem|meiner|meinen) "
    r"(?:stamm|ueblich|gewohnt)\w*|(?:mein|meine|meinem|meiner|meinen) (?:friseur|friseurin|friseuse|stylist|stylistin|"
    r"therapeut|therapeutin|barbier|barber)|wo ich (?:immer|letzte|das letzte|sonst|zuletzt)|(?:bei )?de[rm] ich "
    r"(?:immer|letzte|das letzte|sonst|zuletzt|war)|(?:der|die) (?:mich|mir|das|es) (?:immer|letzte|das letzte|sonst|zuletzt)|"
    r"same (?:person|one|as)|my usual|die dame von letzt\w+|der herr von letzt\w+)\b"
)

SHORT_FORMS: Final[dict[str, frozenset[str]]] = {
    short: _words(long)
    for short, long in (
        ("alex", "alexander alexandra"), ("andi", "andreas"), ("andy", "andreas"), ("anni", "anna annika anne"),
        ("basti", "sebastian bastian"), ("bastian", "sebastian"), ("beni", "benjamin"), ("benni", "benjamin"),
        ("ben", "benjamin"), ("bine", "sabine"), ("biggi", "birgit"), ("bobby", "robert"), ("caro", "caroline carolin carolina karoline"),
        ("chris", "christian christopher christoph christine christina"), ("conny", "cornelia"), ("dani", "daniel daniela"),
        ("domi", "dominik dominic"), ("ela", "michaela manuela daniela"), ("evi", "eva"), ("fabi", "fabian fabienne"), ("flo", "florian"),
        ("franzi", "franziska"), ("fritz", "friedrich"), ("gabi", "gabriele gabriela"), ("gitti", "brigitte"), ("hansi", "hans johann johannes"),
        ("heinz", "heinrich"), ("jenny", "jennifer"), ("jenni", "jennifer"), ("joe", "johannes josef joachim"), ("jo", "johannes josef johanna"),
        ("jule", "julia juliane"), ("juli", "julia julian"), ("jupp", "josef"), ("kathi", "katharina kathrin katrin"), ("kati", "katharina katrin"),
        ("katja", "katharina"), ("klaus", "nikolaus"), ("leni", "helene lena magdalena"), ("lena", "magdalena helena"), ("leo", "leonard leonhard leon leonie"),
        ("lisa", "elisabeth"), ("lilli", "elisabeth"), ("lotte", "charlotte"), ("manu", "manuel manuela emanuel"),
        ("mari", "maria marie"), ("matze", "matthias mathias"), ("max", "maximilian maxim"), ("micha", "michael michaela"), ("michi", "michael michaela"),
        ("mike", "michael"), ("moni", "monika"), ("nadi", "nadine nadia"), ("natty", "natalie"), ("nick", "nicolas niklas nikolas dominik"),
        ("nico", "nicolas nikolaus"), ("nicki", "nicole"), ("niki", "nicole nikolaus"), ("olli", "oliver olivia"), ("oli", "oliver olivia"),
        ("patti", "patricia patrick"), ("pat", "patrick patricia"), ("phil", "philipp philip"), ("philli", "philipp"), ("rob", "robert"), ("robbi", "robert"),
        ("ralle", "ralf"), ("rosi", "rosemarie rosa"), ("rudi", "rudolf"), ("sam", "samuel samantha"), ("sandy", "sandra"), ("sebi", "sebastian"),
        ("sepp", "josef"), ("seppi", "josef"), ("sigi", "siegfried sigrid"), ("sille", "silke"), ("sina", "rosina"), ("steff", "stefan stefanie stephan stephanie"),
        ("steffi", "stefanie stephanie"), ("sue", "susanne"), ("susi", "susanne susanna"), ("sanne", "susanne"), ("tanni", "tanja"),
        ("thommy", "thomas"), ("tom", "thomas"), ("tommi", "thomas"), ("tobi", "tobias"), ("toni", "anton antonia antonio"), ("uli", "ulrich ulrike"),
        ("ulli", "ulrich ulrike"), ("uschi", "ursula"), ("vali", "valentin valentina"), ("vero", "veronika"), ("vicky", "viktoria victoria"),
        ("vio", "violetta viola"), ("willi", "wilhelm"), ("wolfi", "wolfgang"), ("yasi", "yasemin yasmin"), ("memo", "mehmet"), ("giovi", "giovanni"),
        ("kasia", "katarzyna"), ("gosia", "malgorzata"), ("aga", "agnieszka"), ("ania", "anna"), ("vlad", "vladimir wladimir"), ("sascha", "alexander"),
    )
    if long
}  # fmt: skip
"""Short forms (plain) and the first names (plain) they stand for."""

_MEN: Final = _words(
    """alexander ali ahmet andre andreas andrej angelo anton antonio bastian benjamin ben bernd bernhard björn boris burak
    can carlo carsten cem christian christoph christopher daniel david deniz dennis detlef dieter dirk dominik emre enzo
    erik ernst fabian fabio felix finn florian francesco frank franz friedrich georg gerd gerhard giovanni giuseppe günter
    hakan hans harald hasan heiko heinz helmut henrik henry holger horst hussein ibrahim igor ingo ivan jakob jan jannik
    jens joachim jochen johannes john jonas jonathan jörg josef joshua julian jürgen kai karim karl kemal kevin klaus
    konstantin kurt lars leon leonard lorenzo luca lucas luis luka lukas manfred manuel marc marcel marco marcus mario
    markus martin marvin matteo matthias max maximilian mehmet meik merlin michael michel mika mike mohamed moritz murat
    mustafa nico nicolas niklas nikolaus noah norbert oliver olaf omar onur oskar ömer osman pascal patrick paul pavel pawel
    peter philipp piotr rafael rainer ralf raphael reinhard rene robert roberto robin roland rolf roman rüdiger sascha
    samuel salvatore sebastian selim serkan simon stanislaw stefan stephan steffen sven thomas thorsten till tim timo tobias
    tom torsten tomasz udo ugur ulf ulrich uwe van valentin viktor volker vincent walter werner wilhelm wolfgang yannick
    yusuf krzysztof jakub mateusz minh tuan hung duc nam"""
)
_WOMEN: Final = _words(
    """agnes agnieszka alice alicja andrea angelika anja anke anna anne annika antje astrid ayse ayşe barbara beate beatrice birgit
    birte britta brigitte carina carmen carolin caroline cathrin chantal charlotte christiane christin christine claire
    claudia conny cornelia dagmar dana daniela denise diana dilek doris dorothea edith elena elif elfi elisabeth elke ella
    ellen emily emma erika esra esther eva ewa fatma franziska frauke friederike gabi gabriele gertrud gisela gudrun hanna
    hannah hatice heide heidi heike helga hilde ilse ines inge ingrid irene iris isabel isabell isabelle jacqueline jana
    janine jasmin jennifer jenny jessica johanna judith julia juliane jutta karin karla karoline katarzyna katharina kathrin
    katja katrin kerstin kim kirsten kristin lan lara laura lea lena leonie lilli linda linh lisa luise maike maja manuela
    mareike margit margarete maria marie marion marlene martina melanie meral merle mia michaela michelle mila miriam monika
    monique nadine nadja natalie nele nicole nina nora nicola olga olivia patricia paula petra phuong pia ramona rebecca
    regina renate rita rosa ruth sabine sabrina sandra sara sarah saskia selin seyma silke silvia simone sofia sonja sophie
    stefanie stephanie susanne svenja sylvia tamara tanja tatjana tina ulrike ursula ute vanessa vera verena veronika
    victoria viktoria viola waltraud wiebke yasemin yasmin yvonne zeynep thi huong mai hoa"""
)


def gender_of(first_name: str) -> str | None:
    """Return "f" or "m" for a plain first name, or None where it may be either: a hint for "Frau Schmidt", no more."""
    if (first_name in _MEN) != (first_name in _WOMEN):
        return "m" if first_name in _MEN else "f"
    if first_name in _MEN or len(first_name) < 4:
        return None
    return "f" if first_name.endswith(("a", "ine", "ette", "elle", "ice")) else None
