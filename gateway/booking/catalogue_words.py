"""What the words of the trade mean: concepts of hair, beauty and practice services, with the stems that name them.

General trade knowledge, no company's catalogue. One line is one concept: `key [> parent ...] [~ parent ...] = stems`.
`>` is "is a": a root touch-up is a colouring, so a caller who says "Ansatz" can be offered "Farbe". `~` is a looser
kinship: near enough to ask about, too far to book unasked ("Strähnen" for "Farbe"). Stems may stand anywhere in a
compound ("Trockenhaarschnitt"); a stem with `$` only as a whole word or at a joint of known stems.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["act", "minor", "part", "who", "length", "size", "extent", "manner", "occasion"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a service name or a caller can mean.

    `act` and `part` decide what is booked; `minor` acts come along with others (washing); `who`, `length`, `size` and
    `extent` are exclusive properties; `manner` and `occasion` colour a wish without changing it.
    """

    key: str
    kind: Kind
    parents: tuple[str, ...]
    loose_parents: tuple[str, ...]
    stems: tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TABLES: Final[dict[Kind, str]] = {
    "act": """
        cut = schneid schnitt geschnitten schnipp kürz stutz haircut cut$ abschneid
        tips > cut = spitzen spitze$
        fringe ~ cut = fringe$ bangs$ pony ponny fransen
        machine_cut > cut = maschin buzz millimeter
        fasson > cut = fasson facon
        fade > cut = fade übergang undercut skin$ skinfade
        thin ~ cut = ausdünn effilier
        colour = dye$ dyed$ farb färb gefärb color kolor colour umfärb dunkler$ brünett rot$ blau$ schwarz$ braun$ kupfer$
        root > colour = root$ roots$ touchup ansatz ansätz nachwuchs rausgewachsen herausgewachsen nachgewachsen rauswuchs
        lengths > colour = längenausgleich längen$
        tint > colour = tönung tönen tönt getönt tön$ tonung tint$ tinting
        grey > colour = grau kaschier abdeck versteck
        toner > tint = toner abmattier mattier
        gloss ~ care = gloss glanz
        bleach ~ colour = blondier blond aufhell heller$ bleich bleach entfärb
        highlights ~ colour = strähn strahn mesch meche folie highlight foil
        balayage ~ highlights = balayage balajage balajasch balayasch
        ombre > balayage = ombre sombre
        babylights > highlights = babylight
        perm = dauerwell umformung volumenwell minipli perm$
        straighten = glätt keratin glattmach straight
        curls ~ style = locken lock$ gelockt curl lockenstab
        waterwave = wasserwell
        updo = steck$ stecken$ gesteckt$ hochsteck steckfrisur aufsteck hochgesteckt
        braid ~ updo = flecht zopf zöpf braid cornrow
        extension = extension verlänger verdicht tressen tapes$ bonding
        ingrown = eingewachs
        correct ~ fix = korrektur korrigier
        fix = reparatur reparier abgebroch eingeriss kaputt
        care = pfleg kur$ treatment repair mask maske$ masken$ packung conditioner spülung aufbau
        olaplex > care = olaplex
        detox > care = detox
        donate = spende spenden$ gespendet
        shave = rasur rasier shave shaving
        trim = trimm
        contour ~ cut = kontur formen$ shaping
        nail_set > nail = modellage neumodell modellier
        strengthen = verstärk
        pattern ~ cut = einrasier hairtattoo haartattoo
        nail_design > nail = nailart design$
        refill = auffüll refill nachfüll nachmach
        remove = entfern ablös abmach rausmach herausmach rausnehm herausnehm
        manicure > hand ~ nail = manikür handpfleg manicure
        pedicure > foot ~ toenail = pedikür fußpfleg fusspfleg pedicure podolog
        pluck ~ depilate contour = zupf
        depilate > remove = enthaar epilier epilation haarentfern
        wax > depilate = wachs wax sugar harz$
        thread = faden$ threading fadentechnik
        laser ~ depilate = laser
        lift = lifting lift$ geliftet wimpernwell
        laminate = lamin
        pmu = permanent pmu$ microblad
        facial > face ~ cleanse = gesichtsbehandl gesichtspfleg kosmetikbehandl facial
        cleanse = reinig ausreinig tiefenreinig
        peel = peeling peel$
        abrasion > peel = mikrodermabrasion microdermabrasion
        needling = needling
        acne = akne pickel unrein
        antiage = antiaging antiage falten hyaluron
        makeup = makeup schmink visag geschminkt
        tan = solarium bräun
        pierce = piercing pierc gepierct ohrloch ohrlöcher stechen
        retouch ~ tattoo = nachstech nachgestoch
        coverup ~ tattoo = coverup überstech überstoch
        massage = massage massier massag paarmassage partnermassage
        hotstone > massage = hotstone heißestein heißenstein
        thai > massage = thai
        reflex > massage = reflex
        lymph ~ massage = lymph drainage mld$
        physio = physio krankengymnast kg$ heilgymnast
        equipment > physio = gerät kgg$
        manual ~ physio = manuelle manueller mt$
        heat = fango wärme heißluft rotlicht moor fangopackung moorpackung
        electro = elektrotherap reizstrom
        ultrasound = ultraschall sono$ sonograf sonograph
        taping = tape$ taping kinesio getaped
        pelvic = beckenboden
        osteopathy = osteopath
        chiro = chiro einrenk
        acupuncture = akupunktur
        ergo = ergotherap
        speech_therapy = logopäd
        check = kontroll vorsorge checkup untersuch nachschau durchsehen
        vaccinate = impf
        blood = blutabnahm blutbild blut$
        referral = überweis
        sick_note = krankschreib krankmeld krankgeschrieb
        acute = notfall schmerz akut weh$
        ecg = ekg$
        skin_cancer > check = hautkrebs hautscreen
        dressing = verband wundversorg
        xray = röntgen
        dental_clean > teeth = zahnreinig pzr$ prophylax zahnstein
        filling = füllung plomb
        crown = krone$ kronen$
        denture = zahnersatz prothese
        implant = implant
        root_canal = wurzelbehandl wurzelkanal
        extract = zahnzieh zähneziehen extraktion weisheitszahn
        splint = schiene
        eye_test = sehtest sehstärk
        contact_lens = kontaktlinse
        consult = berat gespräch erstgespräch aufklär
        shear ~ cut = scheren$ schur geschoren scher$
        unmat = entfilz verfilz
        undercoat = unterwoll auskämm
        yoga = yoga
        training = training
    """,
    "minor": """
        wash = wasch wash$ washing shampoo haarwäsche kopfwäsche gewaschen
        blow_dry = föhn fön foen fohn trocknen$ gefönt blowout blowdry blowdried
        lay = legen$ einlegen$ eindrehen$ wickel
        style = styl frisier finish
        polish = polier lackier lack$ nagellack polish
        bath > wash = baden$ bad$ vollbad bath$ bathing$
    """,
    "part": """
        hair = haar frisur hair
        beard = bart bärt beard schnauzer schnurrbart moustache
        bald ~ head = glatze
        brow = braue brow augenbrau
        lash = wimper lash wimpernwell
        nail = nagel nägel nail
        toenail > nail foot = fußnagel fußnägel zehennagel zehennägel
        hand = hand$ hände händ
        foot = fuß$ füß füss fuss$
        face = gesicht
        leg = bein$ beine$ beinen$
        lower_leg > leg = unterbein unterschenkel$ unterschenkeln$
        arm = arm$ arme$ armen$ unterarm
        armpit = achsel
        bikini = bikini
        intimate ~ bikini = intim hollywood brazilian
        back ~ whole_body = rücken
        chest = brust
        belly = bauch
        lip = oberlippe damenbart
        chin = kinn
        neck ~ whole_body = nacken hals
        ear = ohren$ ohr$ ohrenhaar ear$
        nose = nase nasenhaar nose$
        scalp = kopfhaut
        head > hair = kopf$
        shoulder ~ whole_body = schulter$ schultern$
        knee = knie
        jaw = kiefer
        teeth = zahn zähn
        eye = auge$ augen$
        skin = haut$
        joint = gelenk
        whole_body = ganzkörper körper
        tattoo = tattoo tätow
        claw = kralle pfote
        fur = fell$
        wig = perücke toupet haarteil
    """,
    "who": """
        women = wife$ sister$ mother$ mum$ dame frau$ weiblich lady ladies women gattin ehefrau oma$ mutter$ mama$ mutti$ schwester$ freundin$
        men = husband$ brother$ father$ dad$ herr$ herren mann$ männer männlich gentleman men$ opa$ vater$ papa$ vati$ bruder$ ehemann freund$ kumpel
        child = kind child$ children$ kids kid$ kleinkind junge$ jungen$ jungs$ bub$ buben$ mädchen
        boy = son$ boy$ sohn junge$ jungen$ jungs$ bub$ buben$ enkel$ neffe$ neffen$ söhne$ knabe
        girl = daughter$ girl$ tochter mädchen enkelin nichte töchter mädel
        youth = jugend teenager teenie teen$
        dog = hund hündin dog$ pudel terrier
        puppy = welpe
        cat = katze kater$ cat$
    """,
    "length": """
        short = kurz kürzer short
        medium = mittel$ mittellang schulterlang halblang mittlere$ mittleren$ mittlerer$
        long = lang lang$ länger überlang hüftlang taillenlang long
    """,
    "size": """
        small = klein$ kleine$ kleinen$ kleiner$ kleinem$ kleines$
        middle = mittelgroß mittelgroße mittelgroßer mittlere$ mittleren$ mittlerer$
        large = groß$ große$ großen$ großer$ großem$ großes$
    """,
    "extent": """
        partial = teil teilweise halb$ halber$ halbe$ halben$ oberkopf scheitel einzelne
        full = ganzkörper full$ alle$ komplett ganz$ ganze$ ganzen$ ganzer$ vollständig vollkopf kompletter
    """,
    "manner": """
        dry = trocken
        foil = folie foil
        cap = haube
        gel = gel$
        acrylic = acryl
        shellac = shellac shellack schellack
        french = french
        wet = nass$
        express = express schnell$ schnelle$
        first = erst$ erste$ ersten$ erstes$ erster$ neukund neupatient erstmal erstbesuch neu$ neue$ neuen$ neumodell neuanlage neuset
        follow_up = folge nachsorge folgetermin nachbehandl
        classic = klassisch classic
        relax = entspann wellness relax
        sports = sport
        intensive = intensiv tiefen
        medical = medizin
        poodle = pudel
        terrier = terrier
        oil = öl$ aromaöl aroma
        trial = probe
        premium = premium luxus deluxe vip$
        simple = einfach$ normal$ basic basis standard
        package = paket
        couple = paarmassage partnermassage pärchen zweit$
        home = hausbesuch hause$ zuhause daheim
        prescription = rezept
        bridal = bridal braut hochzeit bräut heirat
    """,
    "occasion": """
        evening = abend abiball ball$ gala
        event = anlass anläss event
        party = party feier geburtstag fest$ festtag festlich
        interview = bewerb
        pregnant = schwanger
    """,
}

# Acts done to hair unless another part of the body stands beside them.
HAIR_ACTS: Final = _words(
    """
    cut tips fringe machine_cut fade thin colour root lengths tint grey toner gloss bleach highlights balayage ombre
    babylights perm straighten curls waterwave updo braid wash blow_dry lay style donate olaplex
    """
)
# Ways to say "keep it in shape": for a part like the beard one of them stands for another.
UPKEEP: Final = frozenset({"cut", "trim", "care", "contour", "shave"})

WHO_COVERS: Final[dict[str, frozenset[str]]] = {
    "women": frozenset({"women"}),
    "men": frozenset({"men"}),
    "child": frozenset({"child", "boy", "girl"}),
    "boy": frozenset({"boy", "child", "men", "youth"}),
    "girl": frozenset({"girl", "child", "women", "youth"}),
    "youth": frozenset({"youth", "child"}),
    "dog": frozenset({"dog"}),
    "puppy": frozenset({"puppy", "dog"}),
    "cat": frozenset({"cat"}),
}
"""For whom a service may be sold, by whom the caller named."""

# Words that say nothing about the service. What is neither here nor a concept is a stranger, and may be a term of one
# company's catalogue.
FILLERS: Final = _words(
    """
    ich wir er sie es du ihr man mich mir uns mein meine meinen meiner meinem meines dein deine sein seine seinen
    seiner ihre ihren ihrem unser unsere der die das den dem des ein eine einen einer einem eines ein einmal zweimal
    paar bisschen bissel wenig etwas was und oder mit ohne fuer zum zur zu im in am an auf aus bei beim von vom nach
    vor um ueber unter plus sowie auch dazu noch nur mal bitte danke gern gerne lieber hallo guten tag morgen moin
    servus ja nein nee doch halt eben so dann wenn wieder wie wann wo ob dass weil also aehm aeh hm okay ok genau
    gut super schoen schoene schoenen moechte moechten wuerde haette hab habe haben hat will wollte wollen koennte
    koennen kann darf soll sollte sollen muss muesste brauche braeuchte braucht nehme nehmen lassen laesst lass
    machen mache macht gemacht buchen buche gebucht reservieren vereinbaren ausmachen bekommen kriegen geht gehen
    komme kommen waere bin ist sind war waren wird werden termin termine behandlung behandlungen leistung
    dienstleistung service angebot angebote gibt bieten bietet anbieten heute uebermorgen montag dienstag mittwoch
    donnerstag freitag samstag sonntag woche uhr naechste naechsten naechster minuten minute min stunde stunden std
    euro jahre jahr alt ab bis inkl inklusive incl ca circa je pro ueblich uebliche mal wieder dringend unbedingt
    eigentlich irgendwie vielleicht gerade grad jetzt da hier weg runter rein raus dran drauf richtig ordentlich
    ganz frisch frische auffrischen neuer neues kostet kosten wieviel viel preis preise teuer dauert euch ihnen bieten
    rote dunkel hell weiss nichts sonst nicht kein keine keinen sondern aber drehen the a and for with my i want need
    please would like get an of just only solely bloss lediglich ausschliesslich allein alleine reicht genuegt
    nothing else don not need
    """
)


def concepts() -> Iterator[Concept]:
    """Yield every concept of the tables; raises ValueError on a parent that is no concept."""
    known: set[str] = set()
    found: list[Concept] = []
    for kind, table in _TABLES.items():
        for line in table.strip().splitlines():
            head, _, stems = line.partition("=")
            strict, _, loose = head.partition("~")
            key, _, parents = strict.partition(">")
            found.append(Concept(key.strip(), kind, tuple(parents.split()), tuple(loose.split()), tuple(stems.split())))
            known.add(key.strip())
    for concept in found:
        if strangers := {*concept.parents, *concept.loose_parents} - known:
            raise ValueError(f"{concept.key} names unknown parents {strangers}")
        yield concept
