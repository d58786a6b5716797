-- Normalisers: fields of customers in the one form in which they can be compared. What is no such value is NULL.

CREATE FUNCTION crm.countries(
    OUT code text, OUT alpha3 text, OUT name text, OUT dialling_code int, OUT international_prefix text, OUT trunk_prefix text,
    OUT shortest_number int, OUT longest_number int, OUT postcode text, OUT date_order text, OUT decimal_separator text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 220
    AS 'MODULE_PATHNAME', 'crm_countries';
COMMENT ON FUNCTION crm.countries() IS
    'What the normalisers know of countries: ISO 3166 codes and name; dialling code, prefixes of calls abroad and of calls at home (alternatives parted by spaces, ? is any digit) and the digits of a national number without them; shapes of postcodes (9 a digit, @ a letter, * either, | or; none: the country has none); order of dates; decimal separator. NULL is not known, or, for a prefix, not dialled. Sources: ITU-T E.164, UPU.';

CREATE FUNCTION crm.null_like(value text) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_null_like';
COMMENT ON FUNCTION crm.null_like(text) IS
    'Whether a text says that there is no value: empty, signs alone, n/a, #N/A, null, xxx, unknown, and words of some thirty languages for it.';

CREATE FUNCTION crm.normalize_email(email text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_email';
COMMENT ON FUNCTION crm.normalize_email(text) IS
    'The one e-mail address in a text, in lower case, the part before the @ as well; without mailto:, display name, <> and comments. Its domain may be in any script and stays in it. NULL when there is none or more than one. RFC 5321, 6531; quoted local parts and IP addresses as domains are not read.';

CREATE FUNCTION crm.normalize_email(email text, provider_rules boolean) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_mailbox';
COMMENT ON FUNCTION crm.normalize_email(text, boolean) IS
    'With provider_rules the mailbox that an address is delivered to: without the +tags, dots and second domains that Gmail, Outlook, iCloud, Proton, Yandex, Fastmail and others are known to ignore.';

CREATE FUNCTION crm.normalize_phone(phone text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_phone';
COMMENT ON FUNCTION crm.normalize_phone(text) IS
    'Telephone number in E.164 form (+4930123456) of one that is written with +; NULL otherwise, for no country is guessed. An extension is dropped, see crm.phone_extension.';

CREATE FUNCTION crm.normalize_phone(phone text, country text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_phone_in';
COMMENT ON FUNCTION crm.normalize_phone(text, text) IS
    'Telephone number in E.164 form (+4930123456), of one written as it is dialled in the country or with +. NULL when it cannot be one, is too short to be whole, or can be read in two ways. country: ISO 3166 code of two or three letters or English name, an unknown one is an error. An empty one is none.';

CREATE FUNCTION crm.phone_extension(phone text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_phone_extension';
COMMENT ON FUNCTION crm.phone_extension(text) IS
    'The extension after a telephone number: 12 of 030 123456 ext. 12. NULL without one.';

CREATE FUNCTION crm.normalize_name(name text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_name';
COMMENT ON FUNCTION crm.normalize_name(text) IS
    'Name of a person as one writes it: VAN DER BERG, DR. ANNA is Anna van der Berg. Titles, degrees, Jr and III are dropped, and dots; what is written in mixed case is believed. NULL when there is no letter or the text is null-like, an address of mail or longer than 1000 characters.';

CREATE FUNCTION crm.normalize_company(company text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_company';
COMMENT ON FUNCTION crm.normalize_company(text) IS
    'Name of a company as a key, in small letters, without legal forms (Ltd, GmbH, S.A., PT, K.K.), the leading The and signs; & for every and.';

CREATE FUNCTION crm.normalize_company(company text, country text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_company_in';
COMMENT ON FUNCTION crm.normalize_company(text, text) IS
    'The same with the legal forms and the word for and of one country besides: ME in Brazil, CV in Indonesia. country: ISO 3166 code of two or three letters or English name, an unknown one is an error. An empty one is none.';

CREATE FUNCTION crm.normalize_address(address text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_address';
COMMENT ON FUNCTION crm.normalize_address(text) IS
    'Postal address as a key, in small letters and without signs, abbreviations written out as English has them: 12 Main St., Apt #4 is 12 main street unit 4.';

CREATE FUNCTION crm.normalize_address(address text, country text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_address_in';
COMMENT ON FUNCTION crm.normalize_address(text, text) IS
    'The same in the languages of a country: Hauptstr. 5 is hauptstrasse 5, C/ Mayor, 5 is calle mayor 5. country: ISO 3166 code of two or three letters or English name, an unknown one is an error. An empty one is none.';

CREATE FUNCTION crm.normalize_postcode(postcode text, country text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_postcode';
COMMENT ON FUNCTION crm.normalize_postcode(text, text) IS
    'Postcode in the shape that the country writes it: SW1A 1AA, 1234 AB, K1A 0B1, 12345-6789; leading zeros that a spreadsheet dropped come back. NULL when it is none of that country; where the shape is not known it stays, in capitals. country: ISO 3166 code of two or three letters or English name, an unknown one is an error.';

CREATE FUNCTION crm.normalize_date(day text) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_date';
COMMENT ON FUNCTION crm.normalize_date(text) IS
    'The day of a text in numbers or with the month named in some twenty languages; a time after it is dropped. Numbers that can be read in several orders (03/04/2024) are NULL. Two-digit years are 1950 to 2049.';

CREATE FUNCTION crm.normalize_date(day text, country text) RETURNS date
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_date_in';
COMMENT ON FUNCTION crm.normalize_date(text, text) IS
    'The same with the numbers in the order of a country; where that gives no date (25/03/2024 in the US), in the only one that does. country: ISO 3166 code of two or three letters or English name, an unknown one is an error. An empty one is none.';

CREATE FUNCTION crm.normalize_amount(amount text) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_amount';
COMMENT ON FUNCTION crm.normalize_amount(text) IS
    'Amount of money as an exact number with the places that were written: 1.234,56 EUR, (12.00), 1''234.50. Currencies are dropped, not converted. NULL when it is none or can be read in two ways, as 1.234 can.';

CREATE FUNCTION crm.normalize_amount(amount text, country text) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20
    AS 'MODULE_PATHNAME', 'crm_normalize_amount_in';
COMMENT ON FUNCTION crm.normalize_amount(text, text) IS
    'The same where 1.234 is read with the decimal separator of a country. country: ISO 3166 code of two or three letters or English name, an unknown one is an error. An empty one is none.';
