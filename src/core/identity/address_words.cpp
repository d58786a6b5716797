#include "address_words.hpp"

#include <array>

namespace crm::identity {

namespace {

// The types of streets and the parts of houses in English, as the guidelines of the postal operators of the United
// States, Canada, the United Kingdom and Australia abbreviate them.
const AddressLanguage& english() {
    static const AddressLanguage language{
        {{U"str", U"street"},      {U"strt", U"street"},    {U"rd", U"road"},       {U"ave", U"avenue"},
         {U"av", U"avenue"},       {U"aven", U"avenue"},    {U"avn", U"avenue"},    {U"avnue", U"avenue"},
         {U"blvd", U"boulevard"},  {U"boul", U"boulevard"}, {U"blv", U"boulevard"}, {U"bvd", U"boulevard"},
         {U"ln", U"lane"},         {U"ct", U"court"},       {U"crt", U"court"},     {U"pl", U"place"},
         {U"plz", U"plaza"},       {U"sq", U"square"},      {U"hwy", U"highway"},   {U"hway", U"highway"},
         {U"pkwy", U"parkway"},    {U"pky", U"parkway"},    {U"ter", U"terrace"},   {U"terr", U"terrace"},
         {U"tce", U"terrace"},     {U"cir", U"circle"},     {U"circ", U"circle"},   {U"cres", U"crescent"},
         {U"cr", U"crescent"},     {U"crsnt", U"crescent"}, {U"cl", U"close"},      {U"gdns", U"gardens"},
         {U"gdn", U"garden"},      {U"gr", U"grove"},       {U"grv", U"grove"},     {U"mt", U"mount"},
         {U"mtn", U"mountain"},    {U"ft", U"fort"},        {U"tr", U"trail"},      {U"trl", U"trail"},
         {U"expy", U"expressway"}, {U"fwy", U"freeway"},    {U"tpke", U"turnpike"}, {U"xing", U"crossing"},
         {U"rdg", U"ridge"},       {U"hts", U"heights"},    {U"pde", U"parade"},    {U"esp", U"esplanade"},
         {U"wy", U"way"},          {U"aly", U"alley"},      {U"brg", U"bridge"},    {U"crk", U"creek"},
         {U"ctr", U"center"},      {U"centre", U"center"},  {U"est", U"estate"},    {U"ests", U"estates"},
         {U"hbr", U"harbor"},      {U"harbour", U"harbor"}, {U"vlg", U"village"},   {U"jct", U"junction"},
         {U"lk", U"lake"},         {U"rte", U"route"},      {U"n", U"north"},       {U"s", U"south"},
         {U"e", U"east"},          {U"w", U"west"},         {U"ne", U"northeast"},  {U"nw", U"northwest"},
         {U"se", U"southeast"},    {U"sw", U"southwest"},   {U"apt", U"unit"},      {U"apts", U"unit"},
         {U"appt", U"unit"},       {U"apartment", U"unit"}, {U"flat", U"unit"},     {U"flt", U"unit"},
         {U"ste", U"suite"},       {U"fl", U"floor"},       {U"flr", U"floor"},     {U"bldg", U"building"},
         {U"bld", U"building"},    {U"blk", U"block"},      {U"rm", U"room"},       {U"dept", U"department"},
         {U"lvl", U"level"},       {U"opp", U"opposite"},   {U"nr", U"near"},       {U"pob", U"po box"},
         {U"pobox", U"po box"},    {U"postbox", U"po box"}},
        {{U"no", U""}, {U"nr", U""}, {U"num", U""}, {U"number", U""}, {U"nos", U""}},
        {},
        true};
    return language;
}

const AddressLanguage& german() {
    static constexpr Ending endings[] = {{U"str", U"strasse"}};
    static const AddressLanguage language{{{U"str", U"strasse"},
                                           {U"pl", U"platz"},
                                           {U"al", U"allee"},
                                           {U"st", U"sankt"},
                                           {U"whg", U"wohnung"},
                                           {U"app", U"wohnung"},
                                           {U"hs", U"haus"},
                                           {U"stg", U"stiege"},
                                           {U"hnr", U""},
                                           {U"pf", U"postfach"},
                                           {U"geb", U"gebäude"},
                                           {U"etg", U"etage"},
                                           {U"bhf", U"bahnhof"}},
                                          {{U"nr", U""}, {U"no", U""}, {U"hausnummer", U""}},
                                          endings};
    return language;
}

const AddressLanguage& french() {
    static const AddressLanguage language{{{U"r", U"rue"},
                                           {U"av", U"avenue"},
                                           {U"ave", U"avenue"},
                                           {U"bd", U"boulevard"},
                                           {U"bld", U"boulevard"},
                                           {U"blvd", U"boulevard"},
                                           {U"boul", U"boulevard"},
                                           {U"bvd", U"boulevard"},
                                           {U"pl", U"place"},
                                           {U"imp", U"impasse"},
                                           {U"all", U"allée"},
                                           {U"allee", U"allée"},
                                           {U"ch", U"chemin"},
                                           {U"che", U"chemin"},
                                           {U"chem", U"chemin"},
                                           {U"rte", U"route"},
                                           {U"sq", U"square"},
                                           {U"fg", U"faubourg"},
                                           {U"fbg", U"faubourg"},
                                           {U"st", U"saint"},
                                           {U"ste", U"sainte"},
                                           {U"apt", U"appartement"},
                                           {U"appt", U"appartement"},
                                           {U"app", U"appartement"},
                                           {U"bat", U"bâtiment"},
                                           {U"bât", U"bâtiment"},
                                           {U"batiment", U"bâtiment"},
                                           {U"esc", U"escalier"},
                                           {U"res", U"résidence"},
                                           {U"rés", U"résidence"},
                                           {U"residence", U"résidence"},
                                           {U"et", U"étage"},
                                           {U"ét", U"étage"},
                                           {U"crs", U"cours"},
                                           {U"qu", U"quai"},
                                           {U"za", U"zone artisanale"},
                                           {U"zi", U"zone industrielle"},
                                           {U"bp", U"boîte postale"}},
                                          {{U"no", U""}, {U"n", U""}, {U"num", U""}, {U"numéro", U""}},
                                          {}};
    return language;
}

const AddressLanguage& spanish() {
    static const AddressLanguage language{
        {{U"c", U"calle"},
         {U"cl", U"calle"},
         {U"cll", U"calle"},
         {U"av", U"avenida"},
         {U"avd", U"avenida"},
         {U"avda", U"avenida"},
         {U"ave", U"avenida"},
         {U"aven", U"avenida"},
         {U"pza", U"plaza"},
         {U"plza", U"plaza"},
         {U"pl", U"plaza"},
         {U"pz", U"plaza"},
         {U"po", U"paseo"},
         {U"ps", U"paseo"},
         {U"pso", U"paseo"},
         {U"ctra", U"carretera"},
         {U"crta", U"carretera"},
         {U"urb", U"urbanización"},
         {U"urbanizacion", U"urbanización"},
         {U"blvd", U"bulevar"},
         {U"boulevard", U"bulevar"},
         {U"col", U"colonia"},
         {U"cra", U"carrera"},
         {U"kra", U"carrera"},
         {U"kr", U"carrera"},
         {U"cr", U"carrera"},
         {U"tv", U"transversal"},
         {U"transv", U"transversal"},
         {U"dg", U"diagonal"},
         {U"diag", U"diagonal"},
         {U"dpto", U"departamento"},
         {U"depto", U"departamento"},
         {U"dto", U"departamento"},
         {U"apto", U"apartamento"},
         {U"apt", U"apartamento"},
         {U"izq", U"izquierda"},
         {U"izda", U"izquierda"},
         {U"dcha", U"derecha"},
         {U"drcha", U"derecha"},
         {U"dch", U"derecha"},
         {U"esq", U"esquina"},
         {U"edif", U"edificio"},
         {U"ed", U"edificio"},
         {U"esc", U"escalera"},
         {U"pta", U"puerta"},
         {U"gta", U"glorieta"},
         {U"rda", U"ronda"},
         {U"trav", U"travesía"},
         {U"pje", U"pasaje"},
         {U"cjon", U"callejón"},
         {U"mz", U"manzana"},
         {U"int", U"interior"},
         {U"sta", U"santa"},
         {U"sto", U"santo"},
         {U"s/n", U"sn"},
         {U"nº", U""},
         {U"apdo", U"apartado"}},
        {{U"no", U""}, {U"n", U""}, {U"num", U""}, {U"núm", U""}, {U"nro", U""}, {U"numero", U""}, {U"número", U""}},
        {}};
    return language;
}

const AddressLanguage& italian() {
    static const AddressLanguage language{
        {{U"v", U"via"},       {U"vle", U"viale"},    {U"v le", U"viale"},    {U"pza", U"piazza"},
         {U"pzza", U"piazza"}, {U"pzz", U"piazza"},   {U"ple", U"piazzale"},  {U"pzle", U"piazzale"},
         {U"cso", U"corso"},   {U"lgo", U"largo"},    {U"vlo", U"vicolo"},    {U"vic", U"vicolo"},
         {U"str", U"strada"},  {U"loc", U"località"}, {U"fraz", U"frazione"}, {U"int", U"interno"},
         {U"sc", U"scala"},    {U"pal", U"palazzo"},  {U"snc", U"sn"},        {U"s/n", U"sn"},
         {U"s", U"san"},       {U"ctr", U"contrada"}},
        {{U"no", U""}, {U"n", U""}, {U"num", U""}, {U"numero", U""}, {U"nr", U""}},
        {}};
    return language;
}

const AddressLanguage& portuguese() {
    static const AddressLanguage language{
        {{U"r", U"rua"},          {U"av", U"avenida"},       {U"avd", U"avenida"},
         {U"al", U"alameda"},     {U"tv", U"travessa"},      {U"trav", U"travessa"},
         {U"pç", U"praça"},       {U"pc", U"praça"},         {U"pca", U"praça"},
         {U"pça", U"praça"},      {U"praca", U"praça"},      {U"rod", U"rodovia"},
         {U"estr", U"estrada"},   {U"est", U"estrada"},      {U"lgo", U"largo"},
         {U"lg", U"largo"},       {U"apto", U"apartamento"}, {U"apt", U"apartamento"},
         {U"ap", U"apartamento"}, {U"bl", U"bloco"},         {U"qd", U"quadra"},
         {U"lt", U"lote"},        {U"cj", U"conjunto"},      {U"conj", U"conjunto"},
         {U"ed", U"edifício"},    {U"edif", U"edifício"},    {U"esq", U"esquerdo"},
         {U"dto", U"direito"},    {U"s/n", U"sn"},           {U"jd", U"jardim"},
         {U"pq", U"parque"},      {U"sta", U"santa"},        {U"sto", U"santo"},
         {U"cx", U"caixa"},       {U"lj", U"loja"}},
        {{U"no", U""}, {U"n", U""}, {U"num", U""}, {U"número", U""}, {U"numero", U""}},
        {}};
    return language;
}

const AddressLanguage& dutch() {
    static constexpr Ending endings[] = {{U"str", U"straat"}, {U"pln", U"plein"}, {U"wg", U"weg"}, {U"lnn", U"laan"}};
    static const AddressLanguage language{{{U"str", U"straat"},
                                           {U"pl", U"plein"},
                                           {U"ln", U"laan"},
                                           {U"wg", U"weg"},
                                           {U"st", U"sint"},
                                           {U"burg", U"burgemeester"},
                                           {U"gr", U"gracht"},
                                           {U"postb", U"postbus"},
                                           {U"bs", U"bus"}},
                                          {{U"nr", U""}, {U"no", U""}},
                                          endings};
    return language;
}

const AddressLanguage& scandinavian() {
    static constexpr Ending endings[] = {{U"gt", U"gata"}, {U"vn", U"vägen"}};
    static const AddressLanguage language{{{U"v", U"vägen"},
                                           {U"g", U"gatan"},
                                           {U"gt", U"gate"},
                                           {U"st", U"sankt"},
                                           {U"lgh", U"lägenhet"},
                                           {U"tr", U"trappor"},
                                           {U"pl", U"plads"}},
                                          {{U"nr", U""}},
                                          endings};
    return language;
}

const AddressLanguage& malay() {
    static const AddressLanguage language{
        {{U"jl", U"jalan"},         {U"jln", U"jalan"},        {U"jlan", U"jalan"},      {U"gg", U"gang"},
         {U"kav", U"kaveling"},     {U"kavling", U"kaveling"}, {U"blk", U"blok"},        {U"komp", U"kompleks"},
         {U"komplek", U"kompleks"}, {U"kompl", U"kompleks"},   {U"perum", U"perumahan"}, {U"kel", U"kelurahan"},
         {U"kec", U"kecamatan"},    {U"kab", U"kabupaten"},    {U"kp", U"kampung"},      {U"kpg", U"kampung"},
         {U"kg", U"kampung"},       {U"ds", U"desa"},          {U"dsn", U"dusun"},       {U"lt", U"lantai"},
         {U"lorong", U"lorong"},    {U"lrg", U"lorong"},       {U"tmn", U"taman"},       {U"prov", U"provinsi"},
         {U"ged", U"gedung"},       {U"gd", U"gedung"},        {U"psr", U"pasar"}},
        {{U"no", U""}, {U"nomor", U""}, {U"nmr", U""}},
        {}};
    return language;
}

const AddressLanguage& polish() {
    static const AddressLanguage language{{{U"ul", U""},
                                           {U"ulica", U""},
                                           {U"al", U"aleja"},
                                           {U"pl", U"plac"},
                                           {U"os", U"osiedle"},
                                           {U"lok", U"lokal"},
                                           {U"św", U"świętego"},
                                           {U"gen", U"generała"},
                                           {U"ks", U"księdza"}},
                                          {{U"nr", U""}, {U"m", U"mieszkanie"}},
                                          {}};
    return language;
}

const AddressLanguage& czech() {
    static const AddressLanguage language{{{U"ul", U""},
                                           {U"ulice", U""},
                                           {U"ulica", U""},
                                           {U"nám", U"náměstí"},
                                           {U"nam", U"náměstí"},
                                           {U"tř", U"třída"},
                                           {U"nábř", U"nábřeží"},
                                           {U"sv", U"svatého"}},
                                          {{U"č", U""}, {U"čp", U""}, {U"čís", U""}},
                                          {}};
    return language;
}

const AddressLanguage& hungarian() {
    static const AddressLanguage language{{{U"u", U"utca"},
                                           {U"krt", U"körút"},
                                           {U"em", U"emelet"},
                                           {U"fsz", U"földszint"},
                                           {U"ép", U"épület"},
                                           {U"lh", U"lépcsőház"},
                                           {U"fszt", U"földszint"}},
                                          {},
                                          {}};
    return language;
}

const AddressLanguage& russian() {
    static const AddressLanguage language{
        {{U"ул", U"улица"},       {U"пр", U"проспект"},  {U"пр-т", U"проспект"},  {U"пр-кт", U"проспект"},
         {U"просп", U"проспект"}, {U"пер", U"переулок"}, {U"пл", U"площадь"},     {U"б-р", U"бульвар"},
         {U"бул", U"бульвар"},    {U"ш", U"шоссе"},      {U"наб", U"набережная"}, {U"д", U"дом"},
         {U"кв", U"квартира"},    {U"корп", U"корпус"},  {U"к", U"корпус"},       {U"стр", U"строение"},
         {U"г", U"город"},        {U"обл", U"область"},  {U"р-н", U"район"},      {U"оф", U"офис"},
         {U"мкр", U"микрорайон"}, {U"вул", U"вулиця"},   {U"буд", U"будинок"}},
        {{U"№", U""}},
        {}};
    return language;
}

const AddressLanguage& turkish() {
    static const AddressLanguage language{{{U"cad", U"caddesi"},
                                           {U"cd", U"caddesi"},
                                           {U"sok", U"sokak"},
                                           {U"sk", U"sokak"},
                                           {U"sokağı", U"sokak"},
                                           {U"mah", U"mahallesi"},
                                           {U"mh", U"mahallesi"},
                                           {U"blv", U"bulvarı"},
                                           {U"bulv", U"bulvarı"},
                                           {U"apt", U"apartmanı"},
                                           {U"ap", U"apartmanı"},
                                           {U"d", U"daire"},
                                           {U"k", U"kat"},
                                           {U"bl", U"blok"}},
                                          {{U"no", U""}},
                                          {}};
    return language;
}

const AddressLanguage& vietnamese() {
    static const AddressLanguage language{{{U"đ", U"đường"},
                                           {U"p", U"phường"},
                                           {U"q", U"quận"},
                                           {U"tp", U"thành phố"},
                                           {U"tt", U"thị trấn"},
                                           {U"h", U"huyện"}},
                                          {{U"số", U""}},
                                          {}};
    return language;
}

/// Of any country: words that mean one thing wherever they stand.
const AddressLanguage& international() {
    static constexpr Ending endings[] = {{U"str", U"strasse"}};
    static const AddressLanguage language{{{U"jl", U"jalan"},
                                           {U"jln", U"jalan"},
                                           {U"avda", U"avenida"},
                                           {U"ctra", U"carretera"},
                                           {U"s/n", U"sn"},
                                           {U"ул", U"улица"},
                                           {U"пр-т", U"проспект"},
                                           {U"apto", U"apartamento"},
                                           {U"bd", U"boulevard"}},
                                          {{U"№", U""}},
                                          endings};
    return language;
}

using Languages = std::span<const AddressLanguage* const>;

struct Spoken {
    std::string_view countries;
    std::array<const AddressLanguage*, 2> languages;
};

}  // namespace

Languages address_languages(const Country* country) {
    static const std::array<const AddressLanguage*, 2> elsewhere{&english(), &international()};
    static const Spoken spoken[] = {{"DE AT LI", {&german()}},
                                    {"CH", {&german(), &french()}},
                                    {"LU", {&french(), &german()}},
                                    {"FR MC GP MQ RE GF NC PF SN CI CM MA DZ TN", {&french()}},
                                    {"BE", {&dutch(), &french()}},
                                    {"NL CW AW SR", {&dutch()}},
                                    {"ES MX AR CO CL PE VE EC UY BO PY CR PA GT HN SV NI DO CU", {&spanish()}},
                                    {"IT SM VA", {&italian()}},
                                    {"PT BR AO MZ CV", {&portuguese()}},
                                    {"SE NO DK FI AX", {&scandinavian()}},
                                    {"ID", {&malay()}},
                                    {"MY BN SG", {&malay(), &english()}},
                                    {"PL", {&polish()}},
                                    {"CZ SK", {&czech()}},
                                    {"HU", {&hungarian()}},
                                    {"RU BY KZ UA KG", {&russian()}},
                                    {"TR", {&turkish()}},
                                    {"VN", {&vietnamese(), &english()}},
                                    {"CA", {&english(), &french()}}};
    if (country)
        for (const Spoken& one : spoken)
            for (std::size_t at = 0; at < one.countries.size(); at += 3)
                if (one.countries.substr(at, 2) == country->code)
                    return Languages(one.languages).first(one.languages[1] ? 2 : 1);
    return elsewhere;
}

bool is_street_type(std::u32string_view word) {
    static const WordSet types{U"street",     U"road",     U"avenue",   U"boulevard", U"lane",    U"court",
                               U"place",      U"plaza",    U"square",   U"highway",   U"parkway", U"terrace",
                               U"circle",     U"crescent", U"close",    U"gardens",   U"grove",   U"trail",
                               U"expressway", U"freeway",  U"turnpike", U"way",       U"parade",  U"alley",
                               U"drive",      U"walk",     U"row",      U"hill",      U"mews",    U"quay"};
    return types.contains(word);
}

bool is_part_of_house(std::u32string_view word) {
    static const WordSet parts{U"unit",      U"suite",      U"floor",     U"building",  U"block",
                               U"room",      U"department", U"level",     U"north",     U"south",
                               U"east",      U"west",       U"northeast", U"northwest", U"southeast",
                               U"southwest", U"po",         U"near",      U"opposite"};
    return parts.contains(word);
}

}  // namespace crm::identity
