"""Small tables of general knowledge about names that no spelling rule can tell. Words are lower case, NFC."""

from typing import Final

# Loan names whose sound is not in their German spelling, respelled as a German would write what is heard; two ways where
# the country has two.
RESPELLED: Final = {
    "mike": "maik", "steven": "stiewen", "jason": "dscheisen", "jennifer": "dschennifer", "james": "dscheims",
    "john": "dschonn", "jane": "dschein", "joe": "dscho", "jack": "dscheck", "jessica": "dschessika",
    "justin": "dschastin", "jacqueline": "schaklin", "jaqueline": "schaklin", "jean": "schang", "sean": "schon",
    "shawn": "schon", "shaun": "schon", "jeanette": "schanett", "jeannette": "schanett", "janine": "schanin",
    "jeannine": "schanin", "jeanine": "schanin", "charlotte": "scharlott", "celine": "selin", "cedric": "sedrik",
    "cindy": "sindi", "michelle": "mischell", "rachel": "reitschel", "george": "dschordsch", "yves": "ief",
    "pierre": "pjer", "jacques": "schack", "ryan": "reien", "brian": "breien", "wayne": "wein", "smith": "smiss",
    "moore": "mur", "zoe": "soe", "zoey": "soi", "giovanni": "dschowanni", "giulia": "dschulia",
    "giuseppe": "dschuseppe", "giorgio": "dschordscho", "luigi": "luidschi", "angelo": "andschelo",
    "muhammad": "mohammed", "muhammed": "mohammed", "mohammad": "mohammed", "mohamad": "mohammed",
    "youssef": "jusuf", "yousef": "jusuf", "yussuf": "jusuf", "hussain": "hussein", "hossein": "hussein",
    "ahmad": "ahmed", "khaled": "chalid", "khalid": "chalid", "jamal": "dschamal", "cem": "dschem", "can": "dschan",
    "cengiz": "dschengis",
    "cihan": "dschihan", "ceylan": "dschejlan", "cemal": "dschemal", "canan": "dschanan", "ceyda": "dschejda",
    "zofia": "sofia", "sahin": "schahin", "simsek": "schimschek", "ayse": "aysche", "isik": "ischik", "öztürk": "östürk",
    "ozturk": "östürk", "lee": "lie", "nguyen": "nujen", "huynh": "huin", "pham": "fam",
    "zoran": "soran", "giorgos": "jorgos", "giannis": "jannis", "georgiou": "jorjiu", "khadija": "chadidscha", "zineb": "sineb", "marcin": "martschin", "zeynep": "seinep", "zehra": "sehra", "zeki": "seki", "zeliha": "seliha",
    "zapata": "sapata", "zamora": "samora", "ekaterina": "jekaterina", "evgeni": "jewgeni", "evgenij": "jewgeni",
    "evgenia": "jewgenia", "luc": "lük", "oneill": "onil", "oneil": "onil", "neil": "nil", "neill": "nil",
    "javier": "chavier havier", "jorge": "chorche horche", "jesus": "chesus hesus", "jose": "chose hose",
    "juan": "chuan huan", "juana": "chuana huana", "jimenez": "chimenes himenes", "joaquin": "choakin hoakin",
    "julio": "chulio hulio", "juarez": "chuares huares", "rachid": "raschid", "rachida": "raschida",
    "dmitri": "dimitri", "dmitry": "dimitri", "dmitrij": "dimitri", "dmitriy": "dimitri",
    "jaber": "dschaber", "jabbar": "dschabbar", "jalal": "dschalal", "jamil": "dschamil", "jamila": "dschamila",
    "jafar": "dschafar", "jafari": "dschafari", "jawad": "dschawad", "javad": "dschawad", "jim": "dschimm",
    "jill": "dschill", "jeff": "dscheff", "jerry": "dscherri", "jordan": "dschorden", "joyce": "dscheuss",
    "johnson": "dschonsen", "jones": "dschons", "jackson": "dschecksen", "taylor": "teiler",
    "williams": "wiljems", "wilson": "wilsen", "wright": "reit", "white": "weit",
    "murphy": "mörfi", "thompson": "tompsen", "anderson": "endersen", "davis": "deiwis", "evans": "ewens",
    "walker": "woker", "baker": "beiker", "green": "grien", "young": "jang", "kelly": "kelli",
}  # fmt: skip

# Everyday short forms. The person may be the same, so it is worth asking; a short form alone proves nothing.
SHORT_FORMS: Final = {
    "alex": ("alexander", "alexandra"), "andi": ("andreas", "andrea"), "andy": ("andreas", "andrea"),
    "basti": ("sebastian",), "bea": ("beate", "beatrice", "beatrix"), "bernd": ("bernhard",),
    "biggi": ("birgit", "brigitte"), "chris": ("christian", "christoph", "christine", "christopher"),
    "conny": ("cornelia", "konrad"), "dani": ("daniela", "daniel"), "dieter": ("dietrich", "dietmar"),
    "elli": ("elisabeth", "elke"), "fritz": ("friedrich",), "franzi": ("franziska",), "gabi": ("gabriele",),
    "gaby": ("gabriele",), "gerd": ("gerhard", "gerhardt"), "gitta": ("brigitte",), "hans": ("johannes", "johann"),
    "hanni": ("johanna", "hannelore"), "heinz": ("heinrich",), "ina": ("karoline", "katharina", "martina"),
    "ines": ("agnes",), "jo": ("johannes", "joachim"), "jochen": ("joachim",), "achim": ("joachim",),
    "joschi": ("joachim",), "kalle": ("karl",), "kathi": ("katharina", "kathrin"), "käthe": ("katharina",),
    "katja": ("katharina",), "klaus": ("nikolaus",), "lena": ("magdalena", "helena"), "lisa": ("elisabeth",),
    "liesel": ("elisabeth",), "lilo": ("liselotte", "lieselotte"), "lutz": ("ludwig",), "maggie": ("margarete",),
    "gretel": ("margarete",), "grete": ("margarete",), "manni": ("manfred",), "manu": ("manuela", "manuel"),
    "matze": ("matthias", "mathias"), "max": ("maximilian",), "micha": ("michael", "michaela"),
    "michi": ("michael", "michaela"), "moni": ("monika",), "nicki": ("nicole", "niklas"), "nele": ("cornelia",),
    "olli": ("oliver",), "pat": ("patrick", "patricia"), "peti": ("peter",), "rolf": ("rudolf", "rudolph"),
    "rudi": ("rudolf", "rudolph"), "sepp": ("josef", "joseph"), "sandra": ("alexandra",),
    "sascha": ("alexander",), "sabi": ("sabine",), "bine": ("sabine",), "sigi": ("siegfried", "sigrid"),
    "silvi": ("silvia",), "steffi": ("stefanie", "stephanie"), "susi": ("susanne",), "sanne": ("susanne",),
    "tina": ("christina", "martina", "bettina", "kristina"), "tobi": ("tobias",), "toby": ("tobias",),
    "tom": ("thomas",), "toni": ("anton", "antonia"), "uli": ("ulrich", "ulrike"), "ulli": ("ulrich", "ulrike"),
    "ulla": ("ursula", "ulrike"), "uschi": ("ursula",), "uschy": ("ursula",), "ute": ("ursula",),
    "vera": ("veronika",), "vroni": ("veronika",), "walli": ("waltraud", "walburga"), "willi": ("wilhelm",),
    "willy": ("wilhelm",), "wolfi": ("wolfgang",), "frieda": ("friederike",), "rike": ("friederike", "ulrike"),
    "traudel": ("waltraud", "edeltraud"), "heidi": ("adelheid",), "evi": ("eva", "evelyn"), "sofie": ("sophia",),
}  # fmt: skip

# Names that really exist beside a sister which differs by a voiced stop (Bohl, Pohl) or an umlaut (Kuhn, Kühn), and the
# most frequent names of the country. A slip of recognition turns a name into a sound nobody bears; whoever is heard as
# one of these is taken at their word.
WELL_KNOWN: Final = frozenset(
    """
    bach bacher backhaus bader bahr balke bart bartel bartels barth bauch bauer baum baumann beck becker beer behr
    behrens beil bender benz berg berger bergmann bernd berner beyer bichler biermann binder blank blum bock bode
    hensel menzel wenzel franzen fransen pedersen bohl bohn brand brandl brandt braun breuer brunner buchner burger busch bär böhm böttcher bühler dahm dahn damm
    danner daum decker deckert degen denner dick diehl diemer diener dietrich dietz dietze dill dittmann dobler dohm
    doll dorn drechsler dreher dressel dressler dröge dürr ebert eckert eggert ehlers ender engel fischer frank
    franke friedrich fuchs funk gabel gabler gaiser gander gansen ganter gassner gaul geiger geiser geller gerber
    gerke gerlach gern gerner gersten gerstner gessler gies glas glaser gott gottwald grab grabner graf gramer graus
    grebe grebs greiner grell grimm grob gross groth groß gruber gröger gugel gunkel gunter gunther guth göbel
    göller göring görner götz günter günther haag haas hafner hahn hahner hamm hartmann hassler haupt hauser heck
    hecker heger heinrich helm hermann herold herrmann hofer hoffmann hofmann hohn horn horner huber höfer höhn
    hübner jahn jansen jung kabel kaiser karl kassel kassner kast kaufer kaufmann kaul keil keiser keller kern
    kerner kersten kerstner kessler kies kirch klaser klaus klein klotz klug koch kohler kolb koller koring korn
    kott kraft kramer kraus krause krebs kreiner krell krimm kroll kropp kross krämer kröger krüger kuhn kunkel kunz
    kunze kurz kögel köhler köller könig köppel körner kühn lade lang lange lauber lehmann leib lieder linde linder
    lindner lohr lorenz lucker ludwig luger luhr lüders maas mader mahder maier martin marx maurer mayer meier meyer
    moser möller müller nagel neumann otto pacher pauer paul pauli pecher peil peter peters petersen pfeiffer
    pichler piller pohl poll pott praun puchner pusch raab rabe rade rapp rappe rath reder retter riegel rieger rode
    rodel roder roth rothe rother rottel räder röder rüdiger sander sauer schade schenk schick schieder schmid
    schmidt schmitt schmitz schneider schnieder schnitter scholz schreiber schroeder schröder schröter schubert
    schulz schulze schumacher schuster schutz schwarz schweiger schäfer schütz seiber seidel seifert sieder simon
    sommer stecker steger stein steiner stolz storch stork strobel tamm tanner thiel thiele thiemann thoma thomas
    thorn tiemann tietz tietze till tiller timm tobler tollmann trapp treder trost vogel vogt wagner walter weber
    wecker weger weidner weiß wende werner widmann wieder wieland winder winter wittmann wolf wunder zander ziegler
    zimmermann zoller kohn wunsch bock schuler forster mohr holzer volk
    bahl bieber pieper bohle pohle bohlmann pohlmann bothe bott brecht precht bressler pressler brill prill deichmann
    teichmann humbert humpert kerber lambert lampert menge menke pahl sieger sieker tiede tolle türk
    bartsch blank dräger drost gall garbe gast gellert goll graul kahl kappel katz kehl kirsch klatt krahl kraul kress
    krieger krohn kropp krumm krupp kuhl kummer künzel pilz plank taube teubner tewes tillmann träger
    bucher buhl dorr holler luck lucke moser rohr
    """.split()
)
