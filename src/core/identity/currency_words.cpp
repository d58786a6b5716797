#include "currency_words.hpp"

#include "word_table.hpp"

namespace crm::identity {

bool is_currency(std::u32string_view word) {
    static const WordSet words{
        U"aed",      U"afn",     U"all",   U"amd",    U"aoa",     U"ars",    U"aud",    U"azn",     U"bam",
        U"bbd",      U"bdt",     U"bgn",   U"bhd",    U"bob",     U"brl",    U"bsd",    U"bwp",     U"byn",
        U"bzd",      U"cad",     U"cdf",   U"chf",    U"clp",     U"cny",    U"cop",    U"crc",     U"cup",
        U"czk",      U"dkk",     U"dop",   U"dzd",    U"egp",     U"etb",    U"eur",    U"fjd",     U"gbp",
        U"gel",      U"ghs",     U"gtq",   U"hkd",    U"hnl",     U"huf",    U"idr",    U"ils",     U"inr",
        U"iqd",      U"irr",     U"isk",   U"jmd",    U"jod",     U"jpy",    U"kes",    U"kgs",     U"khr",
        U"krw",      U"kwd",     U"kzt",   U"lak",    U"lbp",     U"lkr",    U"lyd",    U"mad",     U"mdl",
        U"mkd",      U"mmk",     U"mnt",   U"mop",    U"mur",     U"mxn",    U"myr",    U"mzn",     U"nad",
        U"ngn",      U"nio",     U"nok",   U"npr",    U"nzd",     U"omr",    U"pab",    U"pen",     U"pgk",
        U"php",      U"pkr",     U"pln",   U"pyg",    U"qar",     U"ron",    U"rsd",    U"rub",     U"rur",
        U"rwf",      U"sar",     U"sek",   U"sgd",    U"syp",     U"thb",    U"tjs",    U"tmt",     U"tnd",
        U"try",      U"ttd",     U"twd",   U"tzs",    U"uah",     U"ugx",    U"usd",    U"uyu",     U"uzs",
        U"ves",      U"vnd",     U"xaf",   U"xcd",    U"xof",     U"xpf",    U"yer",    U"zar",     U"zmw",
        U"hrk",      U"dem",     U"frf",   U"euro",   U"euros",   U"eu",     U"dollar", U"dollars", U"us",
        U"a",        U"c",       U"nz",    U"hk",     U"s",       U"mx",     U"r",      U"pound",   U"pounds",
        U"sterling", U"quid",    U"yen",   U"yuan",   U"rmb",     U"won",    U"rupee",  U"rupees",  U"rs",
        U"re",       U"rupiah",  U"rp",    U"rm",     U"ringgit", U"baht",   U"peso",   U"pesos",   U"real",
        U"reais",    U"kr",      U"krone", U"kroner", U"kronor",  U"krona",  U"zł",     U"zl",      U"zloty",
        U"złotych",  U"kč",      U"kc",    U"ft",     U"forint",  U"lei",    U"leu",    U"lev",     U"leva",
        U"lira",     U"tl",      U"fr",    U"sfr",    U"franken", U"francs", U"franc",  U"din",     U"dinar",
        U"dirham",   U"dh",      U"dhs",   U"riyal",  U"rial",    U"sr",     U"ksh",    U"tsh",     U"ush",
        U"rand",     U"naira",   U"cedi",  U"ghc",    U"руб",     U"рубль",  U"рублей", U"рубля",   U"р",
        U"грн",      U"гривень", U"тг",    U"тенге",  U"сум",     U"сом",    U"лв",     U"дин",     U"円",
        U"元",       U"圆",      U"원",    U"บาท",    U"đ",       U"vnđ",    U"đồng",   U"ευρω",    U"ευρώ",
        U"درهم",     U"ريال",    U"دينار", U"جنيه",   U"tk",      U"taka",   U"p",      U"nt",      U"b/",
        U"q",        U"l",       U"gs",    U"bs"};
    return words.contains(word);
}

bool is_currency_sign(char32_t c) {
    return c == U'$' || (c >= 0xA3 && c <= 0xA5) || (c >= 0x20A0 && c <= 0x20CF) || c == 0x58F || c == 0x60B ||
           c == 0x9F3 || c == 0xE3F || c == 0x17DB || c == 0xFDFC;
}

}  // namespace crm::identity
