-- What groups of comments talk about.
--   SELECT k.* FROM (SELECT crm.keywords(product, comment) AS rows FROM comments) AS x, unnest(rows) AS k;

CREATE TYPE crm.keyword AS (
    label text,
    position int,
    keyword text,
    comments bigint,
    label_comments bigint,
    share float8,
    share_elsewhere float8,
    log_odds float8,
    std_error float8,
    z float8
);
COMMENT ON TYPE crm.keyword IS 'A word or phrase that is more usual in the comments of one label than in those of the others.';
COMMENT ON COLUMN crm.keyword.label IS 'The group of comments.';
COMMENT ON COLUMN crm.keyword.position IS '1 is the strongest keyword of the label.';
COMMENT ON COLUMN crm.keyword.keyword IS 'Its words as people most often write them.';
COMMENT ON COLUMN crm.keyword.comments IS 'Comments of the label with it; one that repeats it counts once.';
COMMENT ON COLUMN crm.keyword.label_comments IS 'All comments of the label.';
COMMENT ON COLUMN crm.keyword.share IS 'comments / label_comments.';
COMMENT ON COLUMN crm.keyword.share_elsewhere IS 'The same share in the comments of all other labels.';
COMMENT ON COLUMN crm.keyword.log_odds IS 'Logarithm of the odds here over the odds elsewhere, each with the prior added.';
COMMENT ON COLUMN crm.keyword.std_error IS 'Standard error of log_odds.';
COMMENT ON COLUMN crm.keyword.z IS 'log_odds / std_error; the order of positions.';

CREATE FUNCTION crm.keywords_add(internal, label text, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_keywords_add';
COMMENT ON FUNCTION crm.keywords_add(internal, text, text) IS 'Support of aggregate crm.keywords.';

CREATE FUNCTION crm.keywords_add(internal, label text, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_keywords_add_options';
COMMENT ON FUNCTION crm.keywords_add(internal, text, text, jsonb) IS 'Support of aggregate crm.keywords.';

CREATE FUNCTION crm.finish_keywords(internal) RETURNS crm.keyword[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'crm_aggregate_finish';
COMMENT ON FUNCTION crm.finish_keywords(internal) IS 'Support of aggregates: the rows of keywords.';

CREATE AGGREGATE crm.keywords(label text, comment text) (
    SFUNC = crm.keywords_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_keywords,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.keywords(text, text) IS
    'What the comments of each label (a period, a segment, a product) talk about, and those of the others do not: rows crm.keyword for unnest(), at most 20 a label. Log-odds ratios with an informative Dirichlet prior (Monroe, Colaresi, Quinn 2008) of the comments with a word or phrase. Rows with a NULL are skipped; of one label alone there is nothing to say.';

CREATE AGGREGATE crm.keywords(label text, comment text, options jsonb) (
    SFUNC = crm.keywords_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_keywords,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.keywords(text, text, jsonb) IS
    'The same with options: {"top": 20 rows a label, "phrases": 2 words in the longest phrase (1 to 4), "min_comments": 3 of the label with the word, "prior": comments that the prior weighs (by default a twentieth of all, but 10 to 1000), "most_terms": 5000000 counts, beyond which it is an error}. Any other key is an error.';
