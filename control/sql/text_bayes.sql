-- Naive Bayes: labels from counts. One pass, and what was counted apart adds up.

CREATE FUNCTION crm.fit_text_bayes_add(internal, label text, comment text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_bayes_add';
COMMENT ON FUNCTION crm.fit_text_bayes_add(internal, text, text) IS 'Support of aggregate crm.fit_text_bayes.';

CREATE FUNCTION crm.fit_text_bayes_add(internal, label text, comment text, options jsonb) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'crm_fit_text_bayes_add_options';
COMMENT ON FUNCTION crm.fit_text_bayes_add(internal, text, text, jsonb) IS 'Support of aggregate crm.fit_text_bayes.';

CREATE AGGREGATE crm.fit_text_bayes(label text, comment text) (
    SFUNC = crm.fit_text_bayes_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_bayes(text, text) IS
    'Naive Bayes from comments that people have labelled, by words and pairs of neighbours: crm.classify(model, comment) then labels others. Multinomial or complement (Rennie et al. 2003), whichever foresees comments better that are left out; probabilities are calibrated on them. Rows with a NULL are skipped. At most 65536 labels; of a comment the first 250000 bytes are read.';

CREATE AGGREGATE crm.fit_text_bayes(label text, comment text, options jsonb) (
    SFUNC = crm.fit_text_bayes_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.fit_text_bayes(text, text, jsonb) IS
    'The same with options, the same for all rows: {"words": 2} phrases of 1 to so many words, 0 to 5; {"characters": [2, 5]} pieces of so many characters as well, 1 to 8; {"kind": "complement"}, "normalised_complement" or "multinomial"; {"smoothing": 1} added to each count; {"other": 0.05} share of the comments of known labels that may be taken for "other".';

CREATE FUNCTION crm.rollup_add(internal, part crm.model) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000
    AS 'MODULE_PATHNAME', 'crm_text_bayes_rollup_add';
COMMENT ON FUNCTION crm.rollup_add(internal, crm.model) IS 'Support of aggregate crm.rollup.';

CREATE AGGREGATE crm.rollup(part crm.model) (
    SFUNC = crm.rollup_add, STYPE = internal, SSPACE = 1048576, FINALFUNC = crm.finish_model,
    COMBINEFUNC = crm.aggregate_combine,
    SERIALFUNC = crm.aggregate_serialize, DESERIALFUNC = crm.aggregate_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE crm.rollup(crm.model) IS
    'Adds up models that crm.fit_text_bayes made of disjoint sets of comments, such as those of each day: exactly the model of all of them. An error for models of another kind and for those with other options.';
