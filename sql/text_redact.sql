-- Personal data taken out of comments.
CREATE SCHEMA text_redact;
SET search_path = text_redact, public;
CREATE TABLE comments (id int, comment text);
INSERT INTO comments VALUES
    (1, 'Please call me on 030 1234567 or write to jane.doe@example.com!'),
    (2, 'My card 4111-1111-1111-1111 was charged twice for order 12345678.'),
    (3, 'Refund to DE89 3704 0044 0532 0130 00, not to DE88370400440532013000'),
    (4, 'โทรหาผมที่ ๐๘๑-๒๓๔-๕๖๗๘ ครับ'),
    (5, 'Ordered on 26.11.2024 for $1234567890, waited 2 weeks'),
    (6, NULL),
    (7, 'see https://shop.example/reset?token=abc from 10.0.0.1');
SELECT id, r.* FROM comments, crm.redact(comment) AS r ORDER BY id;
SELECT (crm.redact(comment)).redacted FROM comments WHERE id = 1;

-- Labels of one's own, kinds left alone, kinds that are looked for only when asked.
SELECT id, r.redacted, r.total FROM comments, crm.redact(comment, '{"email": "<mail>", "phone": false, "card": "", "url": true, "ip": true}') AS r ORDER BY id;
SELECT crm.redact('a@b.co', NULL);

-- Redacting again changes nothing.
SELECT bool_and((crm.redact((crm.redact(comment)).redacted)).redacted = (crm.redact(comment)).redacted) AS idempotent FROM comments;

-- A column that is redacted as it is stored.
CREATE TABLE shared (id int, comment text, public_comment text GENERATED ALWAYS AS ((crm.redact(comment)).redacted) STORED);
INSERT INTO shared SELECT id, comment FROM comments;
SELECT public_comment FROM shared WHERE id = 2;

-- Numbers of every script, separators of every kind.
SELECT (crm.redact(t)).redacted FROM unnest(ARRAY['٤١١١ ١١١١ ١١١١ ١١١١', U&'4111\00A01111\00A01111\00A01111', U&'4111\20111111\20111111\20111111', 'ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ', '+49 (0)30 / 123 45 67']) AS t;

-- What is refused.
SELECT crm.redact('a@b.co', '{"mail": true}');
SELECT crm.redact('a@b.co', '{"email": 1}');
SELECT crm.redact('a@b.co', '{"email": "me@home"}');
SELECT crm.redact('a@b.co', '["email"]');

-- Large and hostile texts.
SELECT length(r.redacted), r.total FROM crm.redact(repeat('a@b.co 4111111111111111 ', 40000)) AS r;
SELECT length(r.redacted), r.total FROM crm.redact(repeat('1 ', 500000)) AS r;
SELECT length(r.redacted), r.total FROM crm.redact(repeat('@', 1000000)) AS r;
