-- Rules and a model together

CREATE FUNCTION crm.classify(
    rules crm.model,
    classifier crm.model,
    comment text,
    OUT label text,
    OUT probability float8,
    OUT margin float8,
    OUT is_other boolean,
    OUT spoke text,
    OUT rule text)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 120
    AS 'MODULE_PATHNAME', 'crm_classify_ruled';
COMMENT ON FUNCTION crm.classify(crm.model, crm.model, text) IS
    'Rules first, then the model: the topic of the first rule that matches (spoke: rule, probability 1), else the model''s likeliest label that no rule excludes (model), which is_other when its margin is too small or all labels are excluded (other).';
