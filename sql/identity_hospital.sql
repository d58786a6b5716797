-- 509 known faults, most of them letters replaced by x, in 1,000 rows about hospitals.
\getenv data PG_CRM_TEST_DATA
\if :{?data}
\else
\echo skipped: PG_CRM_TEST_DATA is not set
\quit
\endif
CREATE SCHEMA identity_hospital;
SET search_path = identity_hospital, public;
CREATE TABLE hospital (row int GENERATED ALWAYS AS IDENTITY (START 0 MINVALUE 0) PRIMARY KEY, "ProviderNumber" text, "HospitalName" text, "Address1" text, "Address2" text, "Address3" text,
    "City" text, "State" text, "ZipCode" text, "CountyName" text, "PhoneNumber" text, "HospitalType" text, "HospitalOwner" text, "EmergencyService" text, "Condition" text,
    "MeasureCode" text, "MeasureName" text, "Score" text, "Sample" text, "Stateavg" text);
CREATE TABLE clean (tid int, attribute text, correct_val text);
\set file :data '/hospital_errors/hospital.csv'
\set load '\\copy hospital ("ProviderNumber", "HospitalName", "Address1", "Address2", "Address3", "City", "State", "ZipCode", "CountyName", "PhoneNumber", "HospitalType", "HospitalOwner", "EmergencyService", "Condition", "MeasureCode", "MeasureName", "Score", "Sample", "Stateavg") FROM ' :'file' ' CSV HEADER'
:load
\set file :data '/hospital_errors/hospital_clean.csv'
\set load '\\copy clean FROM ' :'file' ' CSV HEADER'
:load
CREATE TABLE cells AS
SELECT c.tid::text AS row_key, c.attribute AS column_name, c.correct_val, coalesce(to_jsonb(h) ->> c.attribute, '') IS DISTINCT FROM coalesce(c.correct_val, '') AS wrong
  FROM clean AS c JOIN hospital AS h ON h.row = c.tid;
SELECT count(*) AS cells, count(*) FILTER (WHERE wrong) AS faults FROM cells;
CREATE TABLE suspects AS SELECT * FROM crm.field_suspects('hospital', '{"probability": 1}');
CREATE TABLE judged AS SELECT c.*, coalesce(s.probability, 1) AS probability, s.suggested_value, s.reason FROM cells AS c LEFT JOIN suspects AS s USING (row_key, column_name);
-- At the usual probability: of the suspects how many are wrong, of the wrong how many suspects, and how many repaired.
SELECT count(*) FILTER (WHERE wrong)::float8 / count(*) > 0.9 AS precision_over_90, count(*) FILTER (WHERE wrong) / 509.0 > 0.7 AS recall_over_70,
       count(*) FILTER (WHERE suggested_value = correct_val) > 240 AS repairs
  FROM judged WHERE probability < 0.05;
SELECT k, count(*) FILTER (WHERE wrong)::float8 / k > least_precision AS precise
  FROM (SELECT wrong, row_number() OVER (ORDER BY probability, column_name, row_key) AS place FROM judged) AS x, (VALUES (100, 0.9), (200, 0.9), (300, 0.9)) AS at (k, least_precision)
 WHERE place <= k GROUP BY k, least_precision ORDER BY k;
SELECT (sum(rank) FILTER (WHERE wrong) - count(*) FILTER (WHERE wrong) * (count(*) FILTER (WHERE wrong) + 1) / 2.0) / (count(*) FILTER (WHERE wrong) * count(*) FILTER (WHERE NOT wrong)) > 0.97 AS auroc
  FROM (SELECT wrong, avg(place) OVER (PARTITION BY probability) AS rank FROM (SELECT wrong, probability, row_number() OVER (ORDER BY probability DESC) AS place FROM judged) AS x) AS y;
