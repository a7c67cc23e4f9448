"""Small tables of general knowledge about names that no spelling rule can tell."""

from typing import Final

# Loan names whose sound is not in their German spelling, respelled as a German would write what is heard.
RESPELLED: Final = {
    "mike": "maik", "steven": "stiewen", "jason": "dscheisen", "jennifer": "dschennifer", "james": "dscheims",
    "john": "dschonn", "jane": "dschein", "jacqueline": "schaklin", "jaqueline": "schaklin", "jean": "schon",
    "sean": "schon", "shawn": "schon", "shaun": "schon", "jeanette": "schanett", "jeannette": "schanett",
    "janine": "schanin", "jeannine": "schanin", "jeanine": "schanin", "charlotte": "scharlott",
    "celine": "selin", "cedric": "sedrik", "cindy": "sindi", "michelle": "mischell", "rachel": "reitschel",
    "george": "dschordsch", "yves": "ief", "pierre": "pjer", "jacques": "schack", "ryan": "reien", "brian": "breien",
    "wayne": "wein", "smith": "smiss", "moore": "mur", "zoe": "soe", "zoey": "soi",
    "muhammad": "mohammed", "muhammed": "mohammed", "mohammad": "mohammed", "mohamad": "mohammed",
    "youssef": "jusuf", "yousef": "jusuf", "yussuf": "jusuf", "hussain": "hussein", "hossein": "hussein",
    "ahmad": "ahmed", "khaled": "chalid", "khalid": "chalid", "cem": "dschem", "can": "dschan",
}  # fmt: skip
