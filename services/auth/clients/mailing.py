"""A mail as RFC 5322 has it."""

from __future__ import annotations

import email.policy
import email.utils
from email.message import EmailMessage, Message

from services.auth.domain.mail import Mail

_POLICY = email.policy.SMTP.clone(max_line_length=200)


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The message; tried again it bears the same id, by which readers put two of it together."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = f"<{mail.mail_id}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    # Nobody's holiday notice answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    # The code of a link must not be broken over two lines.
    message.set_content(mail.text, cte="8bit")
    return message


def readers_of(message: Message) -> list[str]:
    """The addresses that a message is for, as they were written to."""
    return [address for _, address in email.utils.getaddresses([str(each) for each in message.get_all("To", [])])]
