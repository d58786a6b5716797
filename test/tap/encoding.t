# In a database of another encoding than UTF-8 texts are what they are elsewhere.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $maker = $server->session('postgres');
my ($statements, %answers) = (<<'SQL');
SET client_encoding = UTF8;
SELECT crm.rule_error('Größe & ');
SELECT r.* FROM (SELECT crm.fit_text_rules('Größe', rule) AS m FROM (VALUES ('größe <-> falsch'), ('/Gr.ße+/'), ('/FALSCH é/i')) AS r (rule)) AS x,
     crm.match_rules(m, 'Wieder: GRÖSSE falsch é, Größe FALSCH') AS r;
SELECT (crm.fit_text_rules('Größe', 'é')::jsonb -> 'rules' -> 0) = '{"topic": "Größe", "rule": "é", "priority": 100, "action": "assign"}';
SELECT crm.fit_text_rules('Größe', 'é')::text::crm.model::text;
SELECT crm.model_send(crm.make_model('text_rules', '{"rules": [{"topic": "Größe", "rule": "é"}]}'));
SELECT crm.fit_text_rules('Größe', 'é &');
SQL

for my $encoding ('UTF8', 'LATIN1', 'WIN1252', 'EUC_JP') {
    my $name = lc $encoding;
    $maker->sql("SET client_min_messages = error; DROP DATABASE IF EXISTS $name");
    $maker->sql("CREATE DATABASE $name ENCODING '$encoding' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    my $session = $server->session($name);
    $session->sql('CREATE EXTENSION pg_crm');
    utf8::encode(my $bytes = $statements);
    $answers{$encoding} = $session->try($bytes);
}

utf8::decode(my $known = $answers{UTF8});
like $known, qr/^rule "Größe & " ends where a word was expected, at character 9$/m, 'an error quotes the rule';
like $known, qr/^Größe\|größe <-> falsch\|100\|assign\|f\|GRÖSSE falsch\|9\|13$/m, 'a comment is matched';
like $known, qr{^Größe\|/Gr\.ße\+/\|100\|assign\|f\|Größe\|26\|5$}m, 'so is an expression';
like $known, qr/^DETAIL:  The rule is one of topic "Größe"\.$/m, 'an error names the topic';
is $answers{$_}, $answers{UTF8}, "$_ gives what UTF-8 gives" for 'LATIN1', 'WIN1252', 'EUC_JP';

my $session = $server->session('latin1');
utf8::encode(my $beyond = "SELECT crm.make_model('text_rules', '{\"rules\": [{\"topic\": \"a\", \"rule\": \"\\u6f22\"}]}')");
like $session->try($beyond), qr/^ERROR:/, 'a character that the encoding has not is refused';
like $session->try('SELECT 1'), qr/^1$/, 'and the session goes on';

done_testing;
