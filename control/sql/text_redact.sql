-- Personal data in comments.

CREATE TYPE crm.redacted AS (
    redacted text,
    emails int,
    phones int,
    cards int,
    ibans int,
    urls int,
    ip_addresses int,
    total int
);
COMMENT ON TYPE crm.redacted IS 'A comment without personal data, and how much of it there was.';
COMMENT ON COLUMN crm.redacted.redacted IS 'The comment with a label in the place of each finding.';
COMMENT ON COLUMN crm.redacted.emails IS 'E-mail addresses replaced.';
COMMENT ON COLUMN crm.redacted.phones IS 'Telephone numbers replaced.';
COMMENT ON COLUMN crm.redacted.cards IS 'Payment card numbers replaced.';
COMMENT ON COLUMN crm.redacted.ibans IS 'International bank account numbers replaced.';
COMMENT ON COLUMN crm.redacted.urls IS 'URLs replaced; they are looked for only when asked.';
COMMENT ON COLUMN crm.redacted.ip_addresses IS 'IP addresses replaced; they are looked for only when asked.';
COMMENT ON COLUMN crm.redacted.total IS 'The sum of these.';

CREATE FUNCTION crm.redact(comment text) RETURNS crm.redacted
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_redact';
COMMENT ON FUNCTION crm.redact(text) IS
    'Replaces e-mail addresses by [email], telephone numbers by [phone], payment cards (Luhn digit, issued ranges) by [card] and IBANs (length, mod 97) by [iban]. What is found depends on how it is written: see the documentation for what is not. Redacting again changes nothing.';

CREATE FUNCTION crm.redact(comment text, options jsonb) RETURNS crm.redacted
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100
    AS 'MODULE_PATHNAME', 'crm_redact_options';
COMMENT ON FUNCTION crm.redact(text, jsonb) IS
    'The same with options: keys email, phone, card, iban, url and ip, each a label of your own, true for the usual one, or false to leave that kind alone. url and ip are false unless given.';
