"""Words that mean about the same thing at work, in English and German: between two semicolons, one idea.

A small thesaurus of ordinary business life. It lets "I was charged twice" meet a label called `billing`, and
"Die App stürzt ab" one called `bug`. It knows no workflow and no example.
"""

from __future__ import annotations

_TEXT = """
due deadline until latest fällig frist spätestens stichtag;
bill billing invoice charge charged payment pay paid debit fee receipt rechnung abrechnung zahlung zahlen bezahlen
    bezahlt abbuchung abgebucht lastschrift gebühr beleg quittung;
refund reimburse reimbursement chargeback moneyback erstattung erstatten erstattet rückerstattung rückzahlung
    zurückerstattet;
price cost pricing expensive cheap discount tariff preis kosten teuer günstig rabatt tarif betrag amount sum summe
    total;
money cash funds balance geld guthaben kontostand saldo;
card debitcard creditcard karte kreditkarte bankkarte;
transfer wire remittance überweisung überweisen transferieren;
bug error fault defect crash crashes fail failed failure broken glitch malfunction exception fehler defekt absturz
    abstürzt stürzt kaputt störung fehlermeldung funktioniert freeze freezes hängt;
technical software app application website server system program technik technisch anwendung programm webseite;
login account konto password signin username credentials locked anmeldung anmelden einloggen
    passwort kennwort benutzername zugang gesperrt access authentication;
account profile membership konto profil mitgliedschaft benutzerkonto;
delivery deliver shipping shipment ship parcel package courier tracking arrive arrived lieferung liefern geliefert
    versand paket sendung zustellung angekommen dispatch;
order purchase buy bought bestellung bestellen bestellt kauf kaufen gekauft auftrag;
cancel cancellation terminate termination unsubscribe quit close kündigung kündigen gekündigt stornieren storno
    abbestellen widerruf;
return exchange replacement replace swap rückgabe zurückgeben umtausch umtauschen ersatz zurückschicken retoure;
damage damaged scratched torn dented schaden beschädigt zerbrochen zerkratzt;
warranty guarantee garantie gewährleistung;
complaint complain unhappy angry disappointed unacceptable dissatisfied beschwerde beschweren unzufrieden verärgert
    enttäuscht inakzeptabel reklamation;
praise happy great love excellent satisfied compliment lob zufrieden begeistert super toll großartig positive
    positiv;
negative bad terrible awful poor schlecht furchtbar miserabel negativ;
feature suggestion idea improve improvement wish enhancement vorschlag idee verbesserung wunsch wünschen
    erweiterung;
question inquiry ask wondering enquiry frage fragen anfrage wissen auskunft;
information details brochure documentation informationen angaben unterlagen dokumentation;
urgent urgently asap immediately emergency critical priority dringend sofort eilig notfall kritisch priorität high
    hoch;
fraud scam phishing stolen unauthorised unauthorized suspicious betrug gestohlen verdächtig unbefugt missbrauch;
security vulnerability attack hacked breach sicherheit angriff gehackt sicherheitslücke;
privacy gdpr dsgvo datenschutz consent einwilligung löschung;
legal law contract lawyer clause agreement recht rechtlich vertrag anwalt klausel vereinbarung;
appointment meeting schedule calendar reschedule booking book termin treffen kalender verschieben buchung buchen;
vacation holiday leave absence urlaub abwesenheit ferien freinehmen;
sick illness ill doctor medical health krank krankheit krankmeldung arzt gesundheit medizinisch;
salary wage payroll bonus payslip gehalt lohn gehaltsabrechnung lohnabrechnung;
hiring job candidate applicant recruiting resume cv interview bewerbung bewerber stelle einstellung lebenslauf
    vorstellungsgespräch;
employee staff colleague personnel mitarbeiter kollege personal belegschaft hr;
training course learning workshop seminar schulung kurs weiterbildung fortbildung;
travel trip flight hotel train reise flug dienstreise bahn;
expense expenses spesen auslagen reisekosten;
tax vat steuer mehrwertsteuer umsatzsteuer finanzamt;
insurance claim policy versicherung schadensfall police;
loan credit mortgage interest kredit darlehen hypothek zins zinsen;
supplier vendor procurement lieferant zulieferer einkauf beschaffung;
sales quote offer proposal lead deal vertrieb angebot verkauf offerte;
marketing campaign advertising newsletter kampagne werbung;
product item article goods produkt artikel ware;
stock inventory available availability lager bestand verfügbar verfügbarkeit vorrätig;
device hardware laptop printer monitor keyboard computer phone gerät drucker rechner bildschirm tastatur handy
    telefon;
network internet wifi wlan vpn connection offline netzwerk verbindung netz;
email mail inbox postfach nachricht message;
address street city postcode move moved adresse straße stadt postleitzahl umzug umgezogen;
document file attachment pdf form dokument datei anhang formular;
update change modify edit correct aktualisieren ändern änderung korrigieren korrektur anpassen;
install setup configure configuration installieren einrichten einrichtung konfigurieren konfiguration;
slow performance delay late waiting overdue langsam verzögerung verspätet spät warten verspätung;
building office room heating cleaning parking gebäude büro raum heizung reinigung parkplatz facility;
food restaurant meal canteen essen mahlzeit kantine lebensmittel;
spam advertisement lottery prize gewinnspiel lotterie winner;
subscription renew renewal upgrade downgrade plan abo abonnement verlängern verlängerung;
data report statistics export analysis bericht statistik auswertung analyse;
approve approval accept confirm genehmigung genehmigen freigabe freigeben bestätigen zustimmung;
reject refuse decline deny ablehnen abgelehnt ablehnung verweigern declined;
"""

IDEAS: tuple[tuple[str, ...], ...] = tuple(tuple(idea.split()) for idea in _TEXT.split(";") if idea.strip())
