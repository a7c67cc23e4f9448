"""Every sentence said aloud, in German (Sie or du) and English.

A sentence is made of catalogue words, first names of staff and times in words; nothing a caller or the model said ever
comes back. `Voice` is bound to one salon's language and form of address; `tests/unit/tools/test_phrases.py` holds every
phrase to two sentences of 25 words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.booking.availability import Reason
from gateway.booking.model import Appointment, Salon, Service
from gateway.booking.offers import Offer
from gateway.speech.numbers import Lang
from gateway.speech.say import (
    say_date,
    say_datetime,
    say_duration,
    say_list,
    say_offers,
    say_price,
    say_service,
    say_staff,
)
from gateway.speech.speakable import MAX_WORDS, clip_sentences, words

# (German with Sie, German with du, English). A {field} is filled with words made by `speech.say`.
_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    # -- asking ------------------------------------------------------------------------------------------------
    "ask_service": (
        "Welche Leistung möchten Sie buchen?",
        "Welche Leistung möchtest du buchen?",
        "Which service would you like to book?",
    ),
    "ask_service_of": (
        "Meinen Sie {choices}?",
        "Meinst du {choices}?",
        "Do you mean {choices}?",
    ),
    "unknown_service": (
        "Diese Leistung bieten wir leider nicht an. Möchten Sie etwas anderes buchen?",
        "Diese Leistung bieten wir leider nicht an. Möchtest du etwas anderes buchen?",
        "I am afraid we do not offer that. Would you like to book something else?",
    ),
    "ask_staff": (
        "Zu wem möchten Sie, zu {choices}?",
        "Zu wem möchtest du, zu {choices}?",
        "Who would you like to see, {choices}?",
    ),
    "ask_staff_one": (
        "Meinen Sie {choices}?",
        "Meinst du {choices}?",
        "Do you mean {choices}?",
    ),
    "unknown_staff": (
        "Diesen Namen gibt es bei uns im Team nicht. Möchten Sie zu {choices}, oder ist es egal?",
        "Diesen Namen gibt es bei uns im Team nicht. Möchtest du zu {choices}, oder ist es egal?",
        "Nobody of that name works with us. Would you like {choices}, or does it not matter?",
    ),
    "staff_cannot": (
        "{staff} bietet diese Leistung nicht an. Darf es bei jemand anderem sein?",
        "{staff} bietet diese Leistung nicht an. Darf es bei jemand anderem sein?",
        "{staff} does not offer that service. May it be somebody else?",
    ),
    "staff_cannot_unnamed": (
        "Das bietet dort niemand an. Darf es bei jemand anderem sein?",
        "Das bietet dort niemand an. Darf es bei jemand anderem sein?",
        "That is not offered there. May it be somebody else?",
    ),
    "ask_when": (
        "Für welchen Tag und welche Uhrzeit möchten Sie den Termin?",
        "Für welchen Tag und welche Uhrzeit möchtest du den Termin?",
        "Which day and time would you like?",
    ),
    "ask_when_again": (
        "Den Tag habe ich leider nicht verstanden. Wann möchten Sie kommen?",
        "Den Tag habe ich leider nicht verstanden. Wann möchtest du kommen?",
        "I did not catch the day. When would you like to come?",
    ),
    "ask_which_day": (
        "Den Tag habe ich leider nicht verstanden. Welchen Termin meinen Sie?",
        "Den Tag habe ich leider nicht verstanden. Welchen Termin meinst du?",
        "I did not catch the day. Which appointment do you mean?",
    ),
    "ask_day": (
        "An welchem Tag möchten Sie kommen?",
        "An welchem Tag möchtest du kommen?",
        "Which day would you like to come?",
    ),
    "ask_time": (
        "Um wie viel Uhr möchten Sie kommen?",
        "Um wie viel Uhr möchtest du kommen?",
        "At what time would you like to come?",
    ),
    "ask_new_time": (
        "Auf welchen Tag und welche Uhrzeit darf ich den Termin verlegen?",
        "Auf welchen Tag und welche Uhrzeit darf ich den Termin verlegen?",
        "Which day and time shall I move it to?",
    ),
    "offer_gone": (
        "Dieses Angebot ist leider abgelaufen. Für wann möchten Sie den Termin?",
        "Dieses Angebot ist leider abgelaufen. Für wann möchtest du den Termin?",
        "That offer has lapsed, I am afraid. When would you like to come?",
    ),
    "ask_name": (
        "Auf welchen Namen darf ich den Termin eintragen?",
        "Auf welchen Namen darf ich den Termin eintragen?",
        "Under which name may I book it?",
    ),
    "ask_full_name": (
        "Wie ist Ihr Vor- und Nachname, bitte?",
        "Wie ist dein Vor- und Nachname, bitte?",
        "What is your first and last name, please?",
    ),
    "ask_phone": (
        "Unter welcher Telefonnummer können wir Sie erreichen?",
        "Unter welcher Telefonnummer können wir dich erreichen?",
        "Which phone number can we reach you on?",
    ),
    "ask_phone_again": (
        "Diese Nummer habe ich leider nicht verstanden. Wie lautet sie noch einmal, mit Vorwahl?",
        "Diese Nummer habe ich leider nicht verstanden. Wie lautet sie noch einmal, mit Vorwahl?",
        "I did not catch that number. What is it once more, with the area code?",
    ),
    # -- offering ----------------------------------------------------------------------------------------------
    "offered_wish": (
        "Ja, {when} ist bei {staff} frei. Soll ich das eintragen?",
        "Ja, {when} ist bei {staff} frei. Soll ich das eintragen?",
        "Yes, {when} is free with {staff}. Shall I book it?",
    ),
    "offered": (
        "Frei ist {offers}. Was passt Ihnen?",
        "Frei ist {offers}. Was passt dir?",
        "I have {offers}. Which suits you?",
    ),
    "alternatives": (
        "{why} Frei ist {offers}.",
        "{why} Frei ist {offers}.",
        "{why} I have {offers}.",
    ),
    "full": (
        "Da ist leider alles belegt. Möchten Sie einen anderen Tag?",
        "Da ist leider alles belegt. Möchtest du einen anderen Tag?",
        "I am afraid everything is taken then. Would you like another day?",
    ),
    "full_horizon": (
        "In den nächsten Wochen ist dafür leider nichts mehr frei. Soll Sie jemand zurückrufen?",
        "In den nächsten Wochen ist dafür leider nichts mehr frei. Soll dich jemand zurückrufen?",
        "I am afraid nothing is free for that in the coming weeks. Shall somebody call you back?",
    ),
    "closed_offers": (
        "{why} Frei ist {offers}.",
        "{why} Frei ist {offers}.",
        "{why} I have {offers}.",
    ),
    "closed_next": (
        "{why} Wir haben {next_day} wieder geöffnet.",
        "{why} Wir haben {next_day} wieder geöffnet.",
        "{why} We are open again {next_day}.",
    ),
    # -- why not -----------------------------------------------------------------------------------------------
    "why_past": (
        "Dieser Zeitpunkt ist schon vorbei.",
        "Dieser Zeitpunkt ist schon vorbei.",
        "That time has already passed.",
    ),
    "why_too_soon": (
        "So kurzfristig geht es leider nicht.",
        "So kurzfristig geht es leider nicht.",
        "That is too short notice, I am afraid.",
    ),
    "why_beyond_horizon": (
        "So weit im Voraus können wir noch keine Termine vergeben.",
        "So weit im Voraus können wir noch keine Termine vergeben.",
        "We cannot book that far ahead yet.",
    ),
    "why_off_grid": (
        "Genau zu dieser Minute geht es nicht.",
        "Genau zu dieser Minute geht es nicht.",
        "That exact minute is not possible.",
    ),
    "why_closed_day": (
        "An diesem Tag haben wir geschlossen.",
        "An diesem Tag haben wir geschlossen.",
        "We are closed on that day.",
    ),
    "why_outside_hours": (
        "Um diese Zeit haben wir nicht geöffnet.",
        "Um diese Zeit haben wir nicht geöffnet.",
        "We are not open at that time.",
    ),
    "why_does_not_fit_before_closing": (
        "Das wird vor Ladenschluss leider zu knapp.",
        "Das wird vor Ladenschluss leider zu knapp.",
        "There is not enough time before we close.",
    ),
    "why_staff_absent": (
        "Zu dieser Zeit ist dafür leider niemand da.",
        "Zu dieser Zeit ist dafür leider niemand da.",
        "Nobody who does that is here at that time.",
    ),
    "why_staff_absent_one": (
        "{staff} ist zu dieser Zeit leider nicht da.",
        "{staff} ist zu dieser Zeit leider nicht da.",
        "{staff} is not here at that time.",
    ),
    "why_taken": (
        "Diese Zeit ist leider schon vergeben.",
        "Diese Zeit ist leider schon vergeben.",
        "That time is already taken, I am afraid.",
    ),
    # -- booking -----------------------------------------------------------------------------------------------
    "booked": (
        "Ihr Termin ist gebucht: {service}, {when} bei {staff}.",
        "Dein Termin ist gebucht: {service}, {when} bei {staff}.",
        "You are booked: {service}, {when} with {staff}.",
    ),
    "pending": (
        "Ich habe den Termin {when} vorgemerkt. Die Bestätigung folgt in Kürze.",
        "Ich habe den Termin {when} vorgemerkt. Die Bestätigung folgt in Kürze.",
        "I have put you down {when}. The confirmation will follow shortly.",
    ),
    "already_booked": (
        "Dieser Termin ist für Sie schon eingetragen: {when} bei {staff}.",
        "Dieser Termin ist für dich schon eingetragen: {when} bei {staff}.",
        "You already have that appointment: {when} with {staff}.",
    ),
    "refused": (
        "Das kann ich am Telefon leider nicht eintragen. Soll Sie jemand zurückrufen?",
        "Das kann ich am Telefon leider nicht eintragen. Soll dich jemand zurückrufen?",
        "I am afraid I cannot book that by phone. Shall somebody call you back?",
    ),
    "too_many_open": (
        "Es sind schon mehrere Termine unter dieser Nummer offen. Soll Sie jemand zurückrufen?",
        "Es sind schon mehrere Termine unter dieser Nummer offen. Soll dich jemand zurückrufen?",
        "There are already several open appointments for this number. Shall somebody call you back?",
    ),
    # -- changing ----------------------------------------------------------------------------------------------
    "rescheduled": (
        "Erledigt, Ihr Termin ist jetzt {when} bei {staff}.",
        "Erledigt, dein Termin ist jetzt {when} bei {staff}.",
        "Done, your appointment is now {when} with {staff}.",
    ),
    "rescheduled_fee": (
        "Erledigt, Ihr Termin ist jetzt {when} bei {staff}. Die Gebühr beträgt {fee}.",
        "Erledigt, dein Termin ist jetzt {when} bei {staff}. Die Gebühr beträgt {fee}.",
        "Done, your appointment is now {when} with {staff}. The fee is {fee}.",
    ),
    "unchanged": (
        "Der Termin liegt schon genau so: {when} bei {staff}.",
        "Der Termin liegt schon genau so: {when} bei {staff}.",
        "It is already exactly there: {when} with {staff}.",
    ),
    "cancelled": (
        "Ihr Termin {when} ist abgesagt.",
        "Dein Termin {when} ist abgesagt.",
        "Your appointment {when} is cancelled.",
    ),
    "cancelled_fee": (
        "Ihr Termin {when} ist abgesagt. Die Gebühr beträgt {fee}.",
        "Dein Termin {when} ist abgesagt. Die Gebühr beträgt {fee}.",
        "Your appointment {when} is cancelled. The fee is {fee}.",
    ),
    "already_cancelled": (
        "Dieser Termin ist schon abgesagt.",
        "Dieser Termin ist schon abgesagt.",
        "That appointment is already cancelled.",
    ),
    "fee_cancel": (
        "So kurzfristig kostet die Absage {fee}. Soll ich trotzdem absagen?",
        "So kurzfristig kostet die Absage {fee}. Soll ich trotzdem absagen?",
        "At this notice cancelling costs {fee}. Shall I cancel all the same?",
    ),
    "fee_move": (
        "So kurzfristig kostet das Verlegen {fee}. Soll ich den Termin trotzdem verlegen?",
        "So kurzfristig kostet das Verlegen {fee}. Soll ich den Termin trotzdem verlegen?",
        "At this notice moving it costs {fee}. Shall I move it all the same?",
    ),
    "too_late_cancel": (
        "Für eine Absage ist es leider zu spät. Soll Sie jemand zurückrufen?",
        "Für eine Absage ist es leider zu spät. Soll dich jemand zurückrufen?",
        "It is too late to cancel, I am afraid. Shall somebody call you back?",
    ),
    "too_late_move": (
        "Zum Verlegen ist es leider zu spät. Soll Sie jemand zurückrufen?",
        "Zum Verlegen ist es leider zu spät. Soll dich jemand zurückrufen?",
        "It is too late to move it, I am afraid. Shall somebody call you back?",
    ),
    "too_many_moves": (
        "Dieser Termin wurde schon so oft verlegt, wie es möglich ist. Soll Sie jemand zurückrufen?",
        "Dieser Termin wurde schon so oft verlegt, wie es möglich ist. Soll dich jemand zurückrufen?",
        "This appointment has been moved as often as possible. Shall somebody call you back?",
    ),
    # -- finding -----------------------------------------------------------------------------------------------
    "not_found": (
        "Dazu finde ich leider keinen Termin. Für welchen Tag war er eingetragen?",
        "Dazu finde ich leider keinen Termin. Für welchen Tag war er eingetragen?",
        "I cannot find such an appointment. Which day was it for?",
    ),
    "none": (
        "Ich finde keinen bevorstehenden Termin.",
        "Ich finde keinen bevorstehenden Termin.",
        "I cannot find an upcoming appointment.",
    ),
    "ask_which": (
        "Welchen Termin meinen Sie: {choices}?",
        "Welchen Termin meinst du: {choices}?",
        "Which appointment do you mean: {choices}?",
    ),
    "found_one": (
        "Ihr nächster Termin ist {when} bei {staff}: {service}.",
        "Dein nächster Termin ist {when} bei {staff}: {service}.",
        "Your next appointment is {when} with {staff}: {service}.",
    ),
    "found_pending": (
        "Vorgemerkt sind Sie {when} bei {staff}: {service}. Die Bestätigung steht noch aus.",
        "Vorgemerkt bist du {when} bei {staff}: {service}. Die Bestätigung steht noch aus.",
        "You are put down {when} with {staff}: {service}. The confirmation is still to come.",
    ),
    "found_many_pending": (
        "Ihre nächsten Termine sind {choices}. Noch ist nicht jeder davon bestätigt.",
        "Deine nächsten Termine sind {choices}. Noch ist nicht jeder davon bestätigt.",
        "Your next appointments are {choices}. Not all of them are confirmed yet.",
    ),
    "found_many": (
        "Ihre nächsten Termine sind {choices}.",
        "Deine nächsten Termine sind {choices}.",
        "Your next appointments are {choices}.",
    ),
    "verify": (
        "Nennen Sie mir bitte Ihren vollen Namen sowie Tag und Uhrzeit des Termins.",
        "Nenne mir bitte deinen vollen Namen sowie Tag und Uhrzeit des Termins.",
        "Please tell me your full name and the day and time of the appointment.",
    ),
    "verify_code": (
        "Dafür brauche ich einen Code. Wenn wir Ihre Adresse haben, schicke ich Ihnen einen.",
        "Dafür brauche ich einen Code. Wenn wir deine Adresse haben, schicke ich dir einen.",
        "I need a code for that. If we have your address, I will send you one.",
    ),
    "locked": (
        "Das kann ich am Telefon gerade nicht klären. Soll Sie jemand zurückrufen?",
        "Das kann ich am Telefon gerade nicht klären. Soll dich jemand zurückrufen?",
        "I cannot settle that by phone just now. Shall somebody call you back?",
    ),
    "code_sent": (
        "Wenn wir Ihre Adresse haben, erhalten Sie gleich einen Code. Wie lautet er?",
        "Wenn wir deine Adresse haben, erhältst du gleich einen Code. Wie lautet er?",
        "If we have your address, you will get a code in a moment. What does it say?",
    ),
    "code_verified": (
        "Danke, das stimmt.",
        "Danke, das stimmt.",
        "Thank you, that is right.",
    ),
    "code_wrong": (
        "Dieser Code stimmt leider nicht. Lesen Sie ihn mir bitte noch einmal vor.",
        "Dieser Code stimmt leider nicht. Lies ihn mir bitte noch einmal vor.",
        "That code is not right. Please read it to me once more.",
    ),
    "code_expired": (
        "Dieser Code gilt nicht mehr. Soll ich Ihnen einen neuen schicken?",
        "Dieser Code gilt nicht mehr. Soll ich dir einen neuen schicken?",
        "That code is no longer valid. Shall I send you a new one?",
    ),
    # -- the house ---------------------------------------------------------------------------------------------
    "listed": (
        "Wir bieten zum Beispiel {choices}.",
        "Wir bieten zum Beispiel {choices}.",
        "We offer for example {choices}.",
    ),
    "listed_one": (
        "{service} kostet {price}. Dafür planen wir {takes} ein.",
        "{service} kostet {price}. Dafür planen wir {takes} ein.",
        "{service} costs {price}. We set aside {takes} for it.",
    ),
    "noted": (
        "Gern, wir rufen Sie zurück.",
        "Gern, wir rufen dich zurück.",
        "Certainly, we will call you back.",
    ),
    "unknown_tool": (
        "Das kann ich leider nicht. Möchten Sie einen Termin buchen, verlegen oder absagen?",
        "Das kann ich leider nicht. Möchtest du einen Termin buchen, verlegen oder absagen?",
        "I cannot do that. Would you like to book, move or cancel an appointment?",
    ),
    "unavailable": (
        "Das klappt gerade leider nicht. Bitte versuchen Sie es gleich noch einmal.",
        "Das klappt gerade leider nicht. Bitte versuche es gleich noch einmal.",
        "That does not work just now. Please try again in a moment.",
    ),
    "unavailable_change": (
        "Das kann ich gerade leider nicht ändern, es bleibt alles beim Alten. Soll Sie jemand zurückrufen?",
        "Das kann ich gerade leider nicht ändern, es bleibt alles beim Alten. Soll dich jemand zurückrufen?",
        "I cannot change that just now, so everything stays as it is. Shall somebody call you back?",
    ),
    "unknown_outcome": (
        "Ob das geklappt hat, kann ich gerade nicht sehen. Wir prüfen es und melden uns bei Ihnen.",
        "Ob das geklappt hat, kann ich gerade nicht sehen. Wir prüfen es und melden uns bei dir.",
        "I cannot see whether that worked. We will check and get back to you.",
    ),
    "busy": (
        "Einen kleinen Moment bitte, ich frage gleich noch einmal nach.",
        "Einen kleinen Moment bitte, ich frage gleich noch einmal nach.",
        "One moment please, I will ask again.",
    ),
}

TEXT_KEYS: Final = tuple(_TEXTS)

_WHY: Final = {reason: f"why_{reason.value}" for reason in Reason}
# What stands for people whose names cannot be said, after "bei" and "with", and after "zu" and "would you like".
_US: Final[Mapping[Lang, str]] = {"de": "uns", "en": "us"}
_OR_ELSE: Final[Mapping[Lang, str]] = {"de": "oder", "en": "or"}
_AS_WELL_AS: Final[Mapping[Lang, str]] = {"de": "sowie", "en": "as well as"}
_SOMEBODY: Final[Mapping[Lang, str]] = {"de": "jemand anderem", "en": "somebody else"}
# A list inside a sentence that has up to five words of its own.
MAX_LISTED_WORDS: Final = 19


@dataclass(frozen=True, slots=True)
class Voice:
    """The phrases in one language and form of address."""

    lang: Lang
    formal: bool
    today: date | None = None

    def say(self, key: str, **words: str) -> str:
        """The sentence `key` with `words` filled in. Raises KeyError for a key or a field that does not exist."""
        formal, casual, english = _TEXTS[key]
        text = english if self.lang == "en" else formal if self.formal else casual
        said = _capitalised(text.format_map(words))
        # A name from the catalogue may have a dozen words of its own: a sentence that grows too long ends earlier.
        return clip_sentences(said) if said.count(" ") >= MAX_WORDS else said

    def why(self, reason: Reason, staff: str | None = None) -> str:
        """Why a time is not possible, as one sentence; with a first name where one person is the reason."""
        if reason is Reason.STAFF_ABSENT and staff and (name := say_staff(staff)):
            return self.say("why_staff_absent_one", staff=name)
        return self.say(_WHY[reason])

    def cannot(self, first_name: str) -> str:
        """That somebody does not offer the service wished for."""
        name = say_staff(first_name)
        return self.say("staff_cannot", staff=name) if name else self.say("staff_cannot_unnamed")

    def service(self, service: Service | str) -> str:
        return say_service(service if isinstance(service, str) else service.name, lang=self.lang)

    def services(self, services: Sequence[Service], conj: str = "oder") -> str:
        """As many of the services, from the first on, as one sentence holds."""
        names = [say_service(s.name, lang=self.lang) for s in services]
        while len(names) > 1 and sum(len(words(name)) for name in names) > MAX_LISTED_WORDS:
            names.pop()
        if len(names) > 1 and any(" und " in name or " and " in name or "," in name for name in names):
            # A name with an "und" of its own needs more between itself and the next.
            last = _AS_WELL_AS[self.lang] if conj == "und" else _OR_ELSE[self.lang]
            return f"{'; '.join(names[:-1])} {last} {names[-1]}"
        return say_list(names, "und" if conj == "und" else "oder", lang=self.lang)

    def names(self, first_names: Sequence[str]) -> str:
        """First names of staff as a choice; "jemand anderem" when none of them can be said."""
        names = [said for name in first_names if (said := say_staff(name))]
        return say_list(names or [_SOMEBODY[self.lang]], "oder", lang=self.lang)

    def offers(self, salon: Salon, offers: Sequence[Offer], *, spare: int = 4) -> str:
        """Offers as part of a sentence that has `spare` words of its own."""
        spoken = [(local(salon, offer.start), _first_name(salon, offer.assignment.staff_ids)) for offer in offers]
        return say_offers(spoken, lang=self.lang, today=self.today, max_words=24 - spare)

    def moments(self, salon: Salon, appointments: Sequence[Appointment], conj: str = "oder") -> str:
        """Starts of appointments as a list; their days alone where days and times together are too much to hear."""
        spoken = [(local(salon, a.start), None) for a in appointments]
        text = say_offers(spoken, lang=self.lang, today=self.today, max_words=18)
        if len(words(text)) > MAX_LISTED_WORDS:
            days = list(dict.fromkeys(at.date() for at, _ in spoken))
            text = say_list([self.day(day) for day in days], "oder", lang=self.lang)
        if conj == "und":
            text = f" {'and' if self.lang == 'en' else 'und'} ".join(
                text.rsplit(f" {'or' if self.lang == 'en' else 'oder'} ", 1)
            )
        return text

    def when(self, salon: Salon, start: datetime) -> str:
        return say_datetime(local(salon, start), lang=self.lang, today=self.today)

    def day(self, day: date) -> str:
        return say_date(day, lang=self.lang, today=self.today)

    def price(self, cents: int, *, accusative: bool = False) -> str:
        return say_price(cents, lang=self.lang, accusative=accusative)

    def takes(self, minutes: int) -> str:
        return say_duration(minutes, lang=self.lang)

    def staff(self, salon: Salon, staff_ids: Sequence[str]) -> str:
        """First names of the people who work on something: "Emma", "Emma und Fabian"; "uns" when none can be said."""
        members = [member for i in staff_ids if (member := salon.member(i)) is not None]
        names = [said for member in members if (said := say_staff(member.first_name))]
        return say_list(names or [_US[self.lang]], "und", lang=self.lang)


def voice_of(salon: Salon, today: date | None) -> Voice:
    """The voice of one salon."""
    return Voice("en" if salon.lang == "en" else "de", salon.formal, today)


# Before the salon is known there is no language to choose: German, with Sie.
HOUSE_VOICE: Final = Voice("de", True)


def local(salon: Salon, instant: datetime) -> datetime:
    """The salon's wall clock at `instant`, naive: what is spoken."""
    return instant.astimezone(salon.tz).replace(tzinfo=None)


def _first_name(salon: Salon, staff_ids: Sequence[str]) -> str | None:
    member = salon.member(staff_ids[0]) if staff_ids else None
    return member.first_name if member else None


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
