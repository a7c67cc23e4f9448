"""The words around a name: titles, lead words, fillers, ways to say "anyone" and "the same again", and first names.

General German (and a little English) as spoken on the phone; no company's people.
"""

import re
from typing import Final

from gateway.speech.fold import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split())  # word by word: `plain` reads no more than MAX_TEXT letters


HONORIFICS: Final = _words(
    """herr herrn herren frau fr hr dr doktor doktorin prof professor professorin dipl ing med dent mag fräulein
    schwester meister meisterin mister mrs miss ms mr"""
)
CARRIERS: Final = _words("bei beim zu zum zur mit vom von der die das den dem des an auf für am im in durch chez")
NOT_BEFORE_NAMES: Final = _words("im am in an auf durch")  # "im Sommer" is not Frau Sommer
NAME_LEADS: Final = HONORIFICS | _words("bei beim zu zum zur mit von")
FEMININE_LEADS: Final = _words("frau fr fräulein schwester zur mrs miss ms")
MASCULINE_LEADS: Final = _words("herr herrn herren hr zum beim mister mr den")
INDEFINITE: Final = _words("ein eine einen einem einer")
"""Behind these stands a thing, or a first name ("eine Emma"), but no surname: "ein Zimmer"."""
PARTICLES: Final = _words("von van de der den del della di da dos el al bin ibn zu vom und la le")
NEGATIONS: Final = _words(
    """nicht außer ausser ohne kein keine keinen keiner keinem keinesfalls niemals nie bloß not except never
    weder"""
)
NEGATE_ONE: Final = _words("statt anstatt anstelle")  # "statt zu Emma zu Fabian": only the first is refused
TURNS: Final = _words("sondern aber lieber dafür stattdessen dann but rather")
CORRECTIONS: Final = _words(
    """nein ne nee nö quatsch blödsinn unsinn falsch entschuldigung entschuldigen verzeihung pardon sorry moment stopp ach
    korrigiere korrektur vielmehr beziehungsweise bzw meinte gemeint verwechselt verwechsle versprochen no"""
)
CORRECTING_PAIRS: Final = frozenset(
    {("ich", "meine"), ("meine", "ich"), ("doch", "lieber"), ("dann", "lieber"), ("besser", "gesagt")}
)
"""Said between two names, these take the first one back: "zu Emma, nein, zu Fabian", "Emma, ich meine Fabian"."""

# Everyday words of a call that are nobody's name. A word that is a name of the list counts as one behind a lead word.
FILLERS: Final = _words(
    """
    ich wir er sie es du ihr man mich mir uns euch mein meine meinen meiner meinem dein deine ihre ihren ihrem ihnen
    unser unsere möchte möcht würde würd hätte hätt hab habe haben hat will wollte wollen könnte können kann darf
    gehe gehen geh geht komme kommen komm wäre wär bin ist sind war waren wird werden soll sollte muss müsste
    brauche bräuchte nehme nehmen nehm lassen lass machen mache macht gemacht schneiden schneidet geschnitten buchen
    bitte danke gern gerne gerade grade ja nein ne nee nö doch halt mal eben auch noch nur schon so dann wenn wieder
    wie was wann wo ob dass weil also ähm äh öh hm mhm ok okay genau gut super toll schön hallo guten tag morgen
    moin servus grüß gott einen eine einer einem eines ein einmal termin termine haare haar haarschnitt farbe bart
    färben föhnen waschen strähnen kollege kollegen kollegin kolleginnen mitarbeiter mitarbeiterin friseur friseurin
    friseuse stylist stylistin therapeut therapeutin arzt ärztin person leute jemand frei zeit platz heute
    übermorgen montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag woche uhr um ab bis nach vor
    gegen vormittag vormittags nachmittag nachmittags mittag mittags abend abends früh nächste nächsten nächster
    nächstes kommende kommenden diese diesen dieser lieber liebsten liebste liebster besten eigentlich unbedingt
    wünsche wunsch möglich möglichst vielleicht irgendwie immer sonst letztes letzten letzter letzte glaube heißt
    heißen namens name genannt und oder aber sondern nicht kein keine keinen keiner keinem außer ohne bloß hin rein
    ran da dort hier the with i like would to please appointment for my prefer want see by can get at und eins zwei
    drei vier fünf sechs sieben acht neun zehn elf zwölf halb viertel beide beiden beides von auf fall keinesfalls
    gerne ausschließlich nämlich zufrieden bekannt kenne kennt war hatte hatten gewesen klappt passt verfügbar
    arbeitet anwesend dran not except but rather alle jeden denn mehr schon bereits etwa überhaupt niemals nie never
    als anders andere anderer anderes anderen keinesfalls quatsch blödsinn unsinn falsch entschuldigung entschuldigen verzeihung pardon sorry moment stopp ach was
    korrigiere korrektur vielmehr beziehungsweise bzw meinte gemeint verwechselt verwechsle versprochen meinst meint no
    egal wurscht wurst dafür stattdessen weder statt anstatt anstelle sagte gesagt sage sagen sprach meinen
    schwarz schwarze schwarzen braun braune braunen weiß weiße weißen rot rote roten grau graue grauen blond blonde
    klein kleine kleinen groß große großen lang lange langen kurz kurze kurzen jung junge jungen alt alte alten neu
    neue neuen
    """
)


_KIN: Final = """
    mann frau ehemann ehefrau sohn tochter kind kleiner? kleinen grosser? grossen juengster? juengsten aeltester?
    aeltesten junge jungen bub buben maedchen maedel baby mutter vater mama papa mutti vati eltern schwester bruder
    geschwister oma opa grossmutter grossvater enkel enkelin neffe neffen nichte cousin cousine tante onkel
    schwiegermutter schwiegervater schwiegersohn schwiegertochter schwager schwaegerin freund freundin kumpel partner
    partnerin verlobter? verlobten lebensgefaehrte lebensgefaehrtin nachbar nachbarin bekannter? bekannten hund huendin
""".split()
CALLERS_OWN: Final = re.compile(
    r"(?:ich (?:bin|heisse)|(?:auf|unter)(?: de[nm])? namen?|(?:mein|der|unser) name ist|hier (?:ist|spricht)|my name is|this is"
    r"|(?:mein|unser)e? (?!fris|styl|ther|koll|barb|arzt|aerzt)\w+ heisst"
    rf"|(?:mein|unser)(?:e|er|en|em)? (?:\w+ )?(?:{'|'.join(_KIN)})|my (?:husband|wife|son|daughter|mum|mother|dad|father|sister|brother|friend))(?: (?:die|der|den|dem|frau|herr))?$"
)
"""What stands before the caller's own name, or that of their people."""

CALLER_FIRST: Final = re.compile(
    r"^(?:(?:ja|guten|tag|hallo|morgen|abend|moin|servus|gruess|gott|frau|herr) )*(?:\w+ ){1,2}?"
    r"(?:hier(?: (?:ich|wir|guten|hallo|servus)\b|$)|am (?:apparat|telefon)\b|mein name\b)"
)
"""How a clause begins in which callers name themselves first: "Müller hier", "Schmidt am Apparat"."""


def _any_of(lines: str) -> re.Pattern[str]:
    """One pattern out of a line for each way of saying it, over `plain` text, at word boundaries."""
    return re.compile(r"\b(?:" + "|".join(line.strip() for line in lines.strip().splitlines()) + r")\b")


ANYONE: Final = _any_of(
    r"""
    egal|wurscht|gleich (?:bei |zu |mit )?we[rmn]|gleich welche\w*|wurst|schnuppe|schnurz|gleichgueltig|beliebig\w*|unwichtig|hauptsache|irgend\w*
    wer auch immer|wer (?:von (?:ihnen|euch|den \w+)|gerade|grad|grade|halt|eben|zuerst|als|zeit|frei|da|kann|will|immer|am)
    wer hat (?:\w+ ){0,2}(?:zeit|frei|platz|luft|was)
    wer (?:moechte|so|dann|morgen|heute|bei ihnen)|wer ist (?:denn )?(?:frei|da)|wen sie|wem sie|gleich wer
    jeder|jedem|jede (?:ist|kann)|alle (?:sind|gut)|alles? recht|(?:mir|uns|ist) (?:\w+ )?(?:gleich|recht)
    (?:bin|waere) (?:\w+ ){0,3}(?:flexibel|offen)|nicht festgelegt|freie auswahl
    (?:nicht|weniger) (?:so )?wichtig|keine rolle|kommt (?:mir )?nicht (?:so )?(?:da)?rauf an
    keine? (?:besondere\w* |bestimmte\w* )?(?:praeferenz\w*|vorliebe\w*|wunsch|wuensche)
    kein\w* (?:bestimmte\w*|besondere\w*|spezielle\w*|wunsch)|niemand(?:en|em)? (?:bestimmt|besonder|speziell)\w*
    (?:ohne|kein\w*) (?:\w+ )?\w*wunsch|(?:erste|naechste)[nrs]? freie[nrs]?|de[nrm] (?:der|die) (?:\w+ ){0,2}(?:frei|zeit|platz)|naechstbeste\w*|erstbeste\w*|freie[nr]? mitarbeiter\w*
    (?:sie|du|ihr) (?:\w+ ){0,2}(?:entscheiden|entscheidest|aussuchen|aus)|(?:entscheiden|suchen) sie|such dir
    ueberlasse? ich|jemand\w* (?:der|die) (?:\w+ )?(?:zeit|frei|kann|da)|wie (?:sie|du|ihr) (?:wollen|moechten|meinen|denken|moegen|willst|magst|meinst|wollt|meint)
    whoever|any ?one|any ?body|any (?:\w+ )?(?:stylist|hairdresser|barber|staff|person|member)\w*|(?:first|next) available|no preference|does ?n ?t matter|do(?: not|n ?t) (?:care|mind)
    """
)
"""No preference, in plain words."""

SOMEBODY_ELSE: Final = re.compile(
    r"(?<!oder )(?<!oder zu )(?<!oder bei )(?<!sonst )(?<!notfalls )\b(?:jemand\w*|irgendwen|wen|wem|eine[nmr]? (?=\w+ (?:fris|styl|koll|barb|therap|mitarb|dam|herr)))"
    r" ?andere?[nmrs]?\b(?! als)"
)
"""A wish for anybody but the people named: "Emma hat mir nicht gefallen, lieber jemand anderes"."""

SAME_AGAIN: Final = _any_of(
    r"""
    (?:der|die|dem|den) ?selben?|(?:beim?|zu[mr]?|bei der|bei dem|vom|von der) gleichen|gleichen? person
    (?:die|der) gleiche (?:wie|frau|herr|mann|kollegin|dame)|wie (?:immer|sonst|ueblich|gehabt)
    wie (?:das |beim |bei dem )?(?:letzte[ns]?|vorige[ns]?) mal|(?:vom|von dem) (?:letzten|vorigen) (?:mal|termin)
    (?:die|der) vom letzten|von letzte[mnsr] (?:mal|woche|monat)|letztes mal auch|(?:dame|herr) von letzt\w+
    mein(?:e[nmr]?)? (?:stamm|ueblich|gewohnt)\w*|mein(?:e[nmr]?)? (?:friseur|stylist|therapeut)(?:in)?
    mein(?:e[nmr]?)? (?:friseuse|barbier|barber)
    wo ich (?:immer|letzte[ns]?|das letzte|sonst|zuletzt)|de[rm] ich (?:immer|letzte[ns]?|das letzte|sonst|zuletzt|war)
    (?:der|die) (?:mich|mir|das|es) (?:immer|letzte[ns]?|das letzte|sonst|zuletzt)
    same (?:person|one|as)|my usual
    """
)
"""The person from last time, in plain words."""

_SHORT_FORMS: Final = """
    abdo: abdullah; ale: alessandro alessandra; angie: angela angelika angelina; apo: abdullah; asia: joanna;
    basia: barbara; beppe: giuseppe; betty: bettina elisabeth; dima: dimitri dmitri; dimi: dimitri dimitrios dimitra;
    fede: federica federico; ferdi: ferdinand; fred: alfred frederik friedrich manfred; gio: giovanna giovanni;
    grzesiek: grzegorz; hanni: hanna hannah hannelore johanna; ibo: ibrahim; isa: isabel isabell isabella isabelle;
    jannis: ioannis; kolja: nikolai; kostas: konstantinos; kuba: jakub; lola: dolores; magda: magdalena;
    mascha: maria; mela: melanie; melli: melanie melissa; mimmo: domenico; mo: mohammed; momo: mohammed;
    musti: mustafa; nastja: anastasia; nati: natalia natalie nathalie; natascha: natalia; ola: aleksandra;
    olja: olga; paco: francisco; panos: panagiotis; pepe: giuseppe jose; poldi: leopold; rafa: rafael raphael;
    raffi: rafael raphael; resi: theresa therese; sandro: alessandro; schorsch: georg; seb: sebastian;
    serjoscha: sergej; steph: stefan stefanie stephan stephanie; sueli: sueleyman; sweta: swetlana; theo: theodor;
    tine: christine martine; tini: christina martina; tomek: tomasz; trixi: beatrice beatrix; vale: valentina valeria;
    wojtek: wojciech; wowa: wladimir; zosia: zofia;
    aga: agnieszka; alex: alexander alexandra; andi: andreas; andy: andreas; ania: anna; anni: anna anne annika;
    basti: bastian sebastian; bastian: sebastian; ben: benjamin; beni: benjamin; benni: benjamin; biggi: birgit;
    bine: sabine; bobby: robert; caro: carolin carolina caroline karoline; chris: christian christina christine
    christoph christopher; conny: cornelia; dani: daniel daniela; domi: dominic dominik; ela: daniela manuela
    michaela; evi: eva; fabi: fabian fabienne; flo: florian; franzi: franziska; fritz: friedrich; gabi: gabriela
    gabriele; giovi: giovanni; gitti: brigitte; gosia: malgorzata; hansi: hans johann johannes; heinz: heinrich;
    jenni: jennifer; jenny: jennifer; jo: johanna johannes josef; jacki: jacqueline jaqueline; jackie: jacqueline jaqueline; jacky: jacqueline jaqueline; bella: isabella;
    joe: jo joachim johannes josef; jule: julia juliane;
    juli: julia julian; jupp: josef; kasia: katarzyna; kathi: katharina kathrin katrin; kati: katharina katrin;
    katja: katharina; klaus: nikolaus; lena: helena magdalena; leni: helene lena magdalena; leo: leon leonard
    leonhard leonie; lilli: elisabeth; lisa: elisabeth; lotte: charlotte; manu: emanuel manuel manuela; mari: maria
    marie; matze: mathias matthias; max: maxim maximilian; memo: mehmet; micha: michael michaela; michi: michael
    michaela; mike: michael; mohamad: mohammed; mohamed: mohammed; mohammad: mohammed; muhamed: mohammed;
    muhammad: mohammed; muhammed: mohammed; moni: monika; nadi: nadia nadine; natty: natalie; nick: dominik nicolas niklas nikolas;
    nicki: nicole; nico: nicolas nikolaus; niki: nicole nikolaus; oli: oliver olivia; olli: oliver olivia; pat:
    patricia patrick; patti: patricia patrick; phil: philip philipp; philli: philipp; ralle: ralf; rob: robert;
    robbi: robert; rosi: rosa rosemarie; rudi: rudolf; sam: samantha samuel; sandy: sandra; sanne: susanne; sascha:
    alexander; sebi: sebastian; sepp: josef; seppi: josef; sigi: siegfried sigrid; sille: silke; sina: rosina;
    steff: stefan stefanie stephan stephanie; steffi: stefanie stephanie; sue: susanne; susi: susanna susanne;
    tanni: tanja; thommy: thomas; tobi: tobias; tom: thomas; tommi: thomas; toni: anton antonia antonio; uli: ulrich
    ulrike; ulli: ulrich ulrike; uschi: ursula; vali: valentin valentina; vero: veronika; vicky: victoria viktoria;
    vio: viola violetta; vlad: vladimir wladimir; willi: wilhelm; wolfi: wolfgang; yasi: yasemin yasmin
"""
SHORT_FORMS: Final[dict[str, frozenset[str]]] = {
    short.strip(): _words(names) for short, _, names in (row.partition(":") for row in _SHORT_FORMS.split(";"))
}
"""Short forms (plain) and the first names (plain) they stand for."""

_MEN: Final = _words(
    """
    alexander ali ahmet andre andreas andrej angelo anton antonio bastian benjamin ben bernd bernhard björn boris
    burak can carlo carsten cem christian christoph christopher daniel david deniz dennis detlef dieter dirk dominik
    emre enzo erik ernst fabian fabio felix finn florian francesco frank franz friedrich georg gerd gerhard giovanni
    giuseppe günter hakan hans harald hasan heiko heinz helmut henrik henry holger horst hussein ibrahim igor ingo
    ivan jakob jan jannik jens joachim jochen johannes john jonas jonathan jörg josef joshua julian jürgen kai karim
    karl kemal kevin klaus konstantin kurt lars leon leonard lorenzo luca lucas luis luka lukas manfred manuel marc
    marcel marco marcus mario markus martin marvin matteo matthias max maximilian mehmet meik merlin michael michel
    mika mike mohamed moritz murat mustafa nico nicolas niklas nikolaus noah norbert oliver olaf omar onur oskar
    ömer osman pascal patrick paul pavel pawel peter philipp piotr rafael rainer ralf raphael reinhard rene robert
    roberto robin roland rolf roman rüdiger sascha samuel salvatore sebastian selim serkan simon stanislaw stefan
    stephan steffen sven thomas thorsten till tim timo tobias tom torsten tomasz udo ugur ulf ulrich uwe
    valentin viktor volker vincent walter werner wilhelm wolfgang yannick yusuf herbert hubert albert adam
    adrian aaron achim alois arne
    artur arthur axel claus dimitri dimitrios edgar eduard egon emil erich erwin eugen ferdinand gerald gregor
    gottfried hermann johann jose joel julius kilian lennart linus lothar ludwig malte maurice milan miguel nils ole
    otto patrik pedro philip pierre raul richard rudolf sergej siegfried steve steven theo theodor thilo tilo tristan
    veit vinzenz vladimir wladimir xaver yasin yunus zoran krzysztof jakub mateusz tuan
    hung duc nam ryan joao jorge pablo diego carlos juan luigi enrico stefano dejan goran milos marko nikola aleksandar
    ivica zeljko ahmad hamza bilal tarik kerem baris selcuk tolga volkan yannik jannis louis noel elias finnley henri
    mischa misha ilja ilya kolja nikita elia attila musa yahya taha sasa joshua kosta zakaria
    abdul adem adolf albrecht alessandro alfons alfred alwin amir anatol andrzej ansgar arno arnold august aydin bela
    benedikt berk berthold bodo bogdan branko bruno buelent cedric celal clemens conrad cornelius damian darius dariusz
    denis detlev dietrich dominic donato eberhard eckhard edmund edwin elmar emanuel emin engelbert enis ercan eric
    erkan faruk fatih ferhat fiete filip frederik fridolin friedhelm frieder fritz gabor gabriel gebhard gero gianni
    goetz goekhan guido guerkan halil hamid hannes hanno hartwig heinrich hendrik henning heribert hilmar hueseyin
    ilhan ilker imre isaak ismail ivo jacek jaroslav jeremias jerome jesper jonah joern jost jurij kaan kadir kasper
    kenan kerim klemens knut korbinian krystian kuno lasse laurenz laurin leander leopold levin lorenz luan magnus
    mahmut marian marius mathias mats matthis mattias mattis mehdi meinhard mert metin michal mirko mohammad nadim
    nathan nikolai norman orhan otmar ottmar oezguer pasquale patryk philip quentin raimund ramon rasmus reiner reza
    rico rocco roderich roger romeo ronny rouven ruben rupert samir sandro semih serhat severin silas silvio sinan
    soenke soeren stanislav stavros sueleyman taner tarek thorben tibor tilman timon titus tomas torben umut urs vedat
    vincenzo vito volkmar waldemar wendelin wenzel wilfried winfried wojciech wolfram xavier yves zafer
    karsten carsten dietmar gunther guenther gustav hartmut hubertus jost konrad lukasz maciej tomasz marek
    """
)
_WOMEN: Final = _words(
    """
    agnes agnieszka alice alicja andrea angelika anja anke anna anne annika antje astrid ayse ayşe barbara beate
    beatrice birgit birte britta brigitte carina carmen carolin caroline cathrin chantal charlotte christiane
    christin christine claire claudia conny cornelia dagmar dana daniela denise diana dilek doris dorothea edith
    elena elif elfi elisabeth elke ella ellen emily emma erika esra esther eva ewa fatma franziska frauke friederike
    gabi gabriele gertrud gisela gudrun hanna hannah hatice heide heidi heike helga hilde ilse ines inge ingrid
    irene iris isabel isabell isabelle jacqueline jana janine jasmin jennifer jenny jessica johanna judith julia
    juliane jutta karin karla karoline katarzyna katharina kathrin katja katrin kerstin kim kirsten kristin lan lara
    laura lea lena leonie lilli linda linh lisa luise maike maja manuela mareike margit margarete maria marie marion
    marlene martina melanie meral merle mia michaela michelle mila miriam monika monique nadine nadja natalie nele
    nicole nina nora nicola olga olivia patricia paula petra phuong pia ramona rebecca regina renate rita rosa ruth
    sabine sabrina sandra sara sarah saskia selin seyma silke silvia simone sofia sonja sophie stefanie stephanie
    susanne svenja sylvia chloe zoe amelie emilie mathilde louise margot eileen aylin aileen melissa celine carmela
    evelyn liz beth ingeborg gesine heidrun hedwig irmgard roswitha annegret hannelore liselotte lieselotte gerlinde
    edeltraud rosemarie annemarie marianne juliette ines agnes doreen maren karen kathleen mandy cindy peggy wendy
    adelheid adriana agathe aisha alena alessia alexa alina alisa amanda amina anastasia anett angela angelina anita
    annett ariane asli aurelia aysel aysun azra beata bettina bianca bianka carla carola catharina cecilia chiara
    christa christel clara cora cordula corinna danijela danuta derya dora dorit dragana duygu ebru edda eleonora
    elfriede elina eliza elsa elvira emine erna esma eugenia fabienne fadime filiz finja flora florentine franca franka
    frieda gabriela gerda gina giulia grazyna greta halina hella helene helma henrike herta hildegard huelya ida ilka
    ilona ina inka irena irina isolde ivana ivonne jadwiga jelena jolanta josefine josephine jule juliana kamila karola
    karolina kira klara kornelia krystyna larissa lilian liliana lilly lily lina lore lotte lucia lucie luisa luna
    lydia magdalena malgorzata mara margarita margot marija marika marita marlies marta martha mathilda maya mechthild
    melina merve mina mirjam mona muriel nadia natalia natascha nathalie neslihan nuria oezlem oksana olena pauline
    pelin pinar rahel rebekka regine ricarda roberta romina romy ronja roxana sabina salome samira selina selma semra
    serpil sevgi shirin sibylle sigrid sina sinem solveig sonia stella susanna svetlana tabea tanya tatiana thea
    theresa therese traudel tuba ulla uta valentina valeria viviane vivien wanda wilma xenia yara yvette zara zuzana
    kimberly tiffany saskia sibel songuel guel nuray ceren beril gizem birguel nilguel tamara tanja tatjana tina ulrike ursula ute vanessa vera verena veronika victoria viktoria
    viola waltraud wiebke yasemin yasmin yvonne zeynep thi huong mai hoa
    """
)


def is_first_name(word: str) -> bool:
    """Whether a plain word is a first name by itself, and so no slip of another: Sabina is no Sabrina."""
    return word in _MEN or word in _WOMEN or (word.endswith("a") and word[:-1] + "e" in _WOMEN)


def gender_of(first_name: str) -> str | None:
    """Return "f" or "m" for a plain first name, or None where it may be either: a hint for "Frau Schmidt", no more."""
    if (first_name in _MEN) != (first_name in _WOMEN):
        return "m" if first_name in _MEN else "f"
    if first_name in _MEN or len(first_name) < 4:
        return None
    if first_name.endswith("el") and {first_name + "e", first_name + "a"} & _WOMEN:
        return "m"  # Gabriel, as there is Gabriele
    return "f" if first_name.endswith(("a", "ine", "ette", "elle", "ice")) else None
