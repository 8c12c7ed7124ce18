-- A search counts neither case nor accents: what is searched is rewritten as code writes it from now on
-- (services/library/domain/text.py). Code before this one would look for an accent that is no longer there.
-- Each text is made of its own row, so that a title changed meanwhile is made of what it is then.
SET LOCAL statement_timeout = '120s';
UPDATE tracks
SET search_text = translate(
    normalize(regexp_replace(normalize(search_text, NFKD), U&'[\0300-\036F]', '', 'g'), NFKC),
    U&'\00F8\0142\0111\0127\0167\0131',
    'oldhti'
)
WHERE search_text <> translate(
    normalize(regexp_replace(normalize(search_text, NFKD), U&'[\0300-\036F]', '', 'g'), NFKC),
    U&'\00F8\0142\0111\0127\0167\0131',
    'oldhti'
);
