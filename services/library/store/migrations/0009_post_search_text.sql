-- A search counts neither case nor accents: what is searched is rewritten as code writes it from now on
-- (services/library/domain/text.py). Code before this one would look for an accent that is no longer there.
UPDATE tracks SET search_text = bare.text
FROM (
    SELECT
        track_id,
        translate(
            normalize(regexp_replace(normalize(search_text, NFKD), U&'[\0300-\036F]', '', 'g'), NFKC),
            U&'\00F8\0142\0111\0127\0167\0131',
            'oldhti'
        ) AS text
    FROM tracks
) AS bare
WHERE bare.track_id = tracks.track_id AND bare.text <> tracks.search_text;
