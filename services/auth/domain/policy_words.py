"""The words of mails about a version of the privacy policy, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.domain.mail import Occasion

POLICY_WORDS: Mapping[str, Mapping[Occasion, tuple[str, str]]] = {
    "en": {
        Occasion.POLICY_COMING: (
            "The privacy policy of StripSession changes on {day}",
            (
                "On {day} version {version} of StripSession's privacy policy comes into force. {changes}\n\n"
                "From then on you are asked for it when you come; until you accept it, all works as before. Whoever"
                " does not want to stay can take everything along and close the account. Read it whole:\n\n{link}"
            ),
        ),
        Occasion.POLICY_CHANGED: (
            "The privacy policy of StripSession has changed",
            (
                "Since {day} version {version} of StripSession's privacy policy is in force. {changes}\n\n"
                "You are asked for it when you come; until you accept it, all works as before. Whoever does not want"
                " to stay can take everything along and close the account. Read it whole:\n\n{link}"
            ),
        ),
    },
    "de": {
        Occasion.POLICY_COMING: (
            "Die Datenschutzerklärung von StripSession ändert sich am {day}",
            (
                "Am {day} tritt Fassung {version} der Datenschutzerklärung von StripSession in Kraft. {changes}\n\n"
                "Von da an wirst du nach ihr gefragt, wenn du kommst; bis du sie annimmst, geht alles wie bisher. Wer"
                " nicht bleiben will, kann alles mitnehmen und das Konto schließen. Lies sie ganz:\n\n{link}"
            ),
        ),
        Occasion.POLICY_CHANGED: (
            "Die Datenschutzerklärung von StripSession hat sich geändert",
            (
                "Seit dem {day} gilt Fassung {version} der Datenschutzerklärung von StripSession. {changes}\n\n"
                "Du wirst nach ihr gefragt, wenn du kommst; bis du sie annimmst, geht alles wie bisher. Wer nicht"
                " bleiben will, kann alles mitnehmen und das Konto schließen. Lies sie ganz:\n\n{link}"
            ),
        ),
    },
}
"""Subject and text of each occasion, by language; {day} is its first, and {changes} what it says is new in it."""
