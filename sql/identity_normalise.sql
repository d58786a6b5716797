-- Fields of customers' records in the one form in which they can be compared.
CREATE SCHEMA identity_normalise;
SET search_path = identity_normalise, public;
SET datestyle = ISO;

-- A dirty list: three customers in seven rows.
CREATE TABLE customers (id int, name text, email text, phone text, company text, address text, postcode text, country text, since text, spent text);
INSERT INTO customers VALUES
    (1, 'VAN DER BERG, DR. ANNA', 'mailto:Anna.Berg@Example.COM', '030 / 123 456', 'Acme Widgets GmbH & Co. KG', 'Hauptstr. 5', 'D-10115', 'DE', '05.03.2024', '1.234,56 €'),
    (2, 'Anna van der Berg', '"Berg, Anna" <anna.berg@example.com>', '+49 (0)30 123456 ext. 12', 'ACME WIDGETS', 'Hauptstraße 5', '10115', 'Germany', '5. März 2024', 'EUR 1234,56'),
    (3, 'o''neil mcdonald', 'o.neil+shop@gmail.com', '(212) 555-0123', 'The Smith and Sons Co.', '12 Main St., Apt #4', '2108', 'US', '3/5/2024', '$1,234.50'),
    (4, 'Mr. O’Neil McDonald Jr.', 'oneil@googlemail.com', '+1 212.555.0123', 'Smith & Sons, Inc.', '12 MAIN STREET UNIT 4', '02108', 'usa', 'March 5, 2024', '(12.00)'),
    (5, 'BUDI SANTOSO, S.E.', 'budi@contoh.co.id', '0812-3456-7890', 'PT. Maju Jaya Tbk.', 'Jl. Sudirman No. 12', '12190', 'ID', '2024-03-05 10:20', 'Rp 50.000,-'),
    (6, 'Bpk. Budi Santoso', 'BUDI@CONTOH.CO.ID ', '62 812 3456 7890', 'Maju Jaya', 'JALAN SUDIRMAN 12', '12190', 'IDN', '5 Maret 2024', '50.000'),
    (7, 'n/a', 'none', '-', 'unknown', 'xxx', '#N/A', 'GB', 'tbd', '.');
SELECT id, crm.normalize_name(name) AS name, crm.normalize_email(email) AS email, crm.normalize_phone(phone, country) AS phone,
       crm.normalize_company(company, country) AS company
  FROM customers ORDER BY id;
SELECT id, crm.normalize_address(address, country) AS address, crm.normalize_postcode(postcode, country) AS postcode,
       crm.normalize_date(since, country) AS since, crm.normalize_amount(spent, country) AS spent
  FROM customers ORDER BY id;
SELECT crm.normalize_phone(phone, country) AS phone, array_agg(id ORDER BY id) AS same, count(DISTINCT crm.normalize_name(name)) AS names,
       count(DISTINCT crm.normalize_company(company, country)) AS companies, count(DISTINCT crm.normalize_address(address, country)) AS addresses
  FROM customers GROUP BY 1 ORDER BY 1;
SELECT crm.normalize_email(email, provider_rules => true), count(*) FROM customers GROUP BY 1 ORDER BY 1;
SELECT phone, crm.phone_extension(phone) FROM customers WHERE id <= 2 ORDER BY id;

-- What cannot be told without a country is not guessed.
SELECT crm.normalize_phone('030 123456') AS phone, crm.normalize_phone('+49 30 123456') AS whole, crm.normalize_phone('030 123456', '') AS nowhere,
       crm.normalize_date('03/04/2024') AS day, crm.normalize_date('25/04/2024') AS only_reading, crm.normalize_amount('1.234') AS amount,
       crm.normalize_amount('1.234,5') AS only_number;
SELECT c AS country, crm.normalize_date('03/04/2024', c) AS day, crm.normalize_amount('1.234', c) AS amount, crm.normalize_phone('020 7946 0958', c) AS phone,
       crm.normalize_postcode('1067', c) AS postcode
  FROM unnest('{US,GB,DE,JP,CA,KP}'::text[]) AS c;
SELECT crm.normalize_company('Touch Me'), crm.normalize_company('Padaria Sol ME', 'BR'), crm.normalize_address('Hauptstr. 5'), crm.normalize_address('St. James St.', 'US');

SELECT t, crm.null_like(t) FROM unnest('{n/a,#N/A,xxx,"",unbekannt,tidak ada,不明,нет,ND,0,no}'::text[]) AS t;
SELECT crm.normalize_name(NULL) IS NULL AND crm.null_like(NULL) IS NULL AND crm.normalize_phone('+49 30 123456', NULL) IS NULL AS strict;

-- The exact number, whatever its size.
SELECT crm.normalize_amount('99,999,999,999,999,999,999.99'), pg_typeof(crm.normalize_amount('1')), crm.normalize_amount('-0.10') + 0.20 AS sum;

-- The countries.
SELECT * FROM crm.countries() WHERE code IN ('GB', 'HK', 'IT', 'KP', 'US') ORDER BY code;
SELECT count(*) >= 200 AS many, count(longest_number) >= 60 AS numbered, count(postcode) >= 60 AS postcodes, bool_and(code ~ '^[A-Z]{2}$') AS codes FROM crm.countries();
SELECT count(*) FROM crm.countries() WHERE crm.normalize_postcode(translate(split_part(postcode, '|', 1), '9@*', '1AA'), code)
    IS DISTINCT FROM translate(split_part(postcode, '|', 1), '9@*', '1AA') AND postcode <> 'none';

-- What is refused.
SELECT crm.normalize_phone('030 123456', 'Atlantis');
SELECT crm.normalize_postcode('10115', 'XX');
SELECT crm.normalize_postcode('10115', '');

-- An index on the form makes a join of it; every form stays as it is.
CREATE INDEX ON customers (crm.normalize_phone(phone, country));
SELECT count(*) FROM customers
 WHERE crm.normalize_name(crm.normalize_name(name)) <> crm.normalize_name(name)
    OR crm.normalize_company(crm.normalize_company(company, country), country) <> crm.normalize_company(company, country)
    OR crm.normalize_address(crm.normalize_address(address, country), country) <> crm.normalize_address(address, country)
    OR crm.normalize_date(crm.normalize_date(since, country)::text) <> crm.normalize_date(since, country);
SELECT p.proname, p.provolatile, p.proisstrict, p.proparallel FROM pg_proc AS p
 WHERE p.pronamespace = 'crm'::regnamespace AND (p.proname LIKE 'normalize%' OR p.proname IN ('null_like', 'countries', 'phone_extension'))
   AND (p.provolatile, p.proisstrict, p.proparallel) <> ('i', true, 's');
