#include "name_words.hpp"

#include "word_table.hpp"

namespace crm::identity {

namespace {

const WordSet& titles() {
    static const WordSet words{
        U"mr",       U"mrs",          U"ms",        U"miss",      U"mx",       U"mister",   U"missis",     U"dr",
        U"doctor",   U"prof",         U"professor", U"sir",       U"madam",    U"madame",   U"mme",        U"mlle",
        U"monsieur", U"mademoiselle", U"mgr",       U"rev",       U"reverend", U"herr",     U"herrn",      U"frau",
        U"hr",       U"fräulein",     U"dipl-ing",  U"univ-prof", U"priv-doz", U"dipl-kfm", U"dipling",    U"sra",
        U"srta",     U"señor",        U"señora",    U"señorita",  U"senhor",   U"senhora",  U"dra",        U"profa",
        U"sig",      U"sigra",        U"signor",    U"signora",   U"dott",     U"dottssa",  U"dottoressa", U"dhr",
        U"mevr",     U"mevrouw",      U"meneer",    U"drs",       U"pani",     U"fru",      U"bpk",        U"bapak",
        U"ibu",      U"drg",          U"shri",      U"smt",       U"datuk",    U"dato'",    U"datin",      U"tuan",
        U"puan",     U"encik",        U"bay",       U"bayan",     U"г-н",      U"г-жа",     U"господин",   U"госпожа",
        U"пан",      U"пані",         U"κ",         U"κος",       U"κα",       U"دكتور",    U"السيد",      U"السيدة"};
    return words;
}

// Names as well, when there is no dot.
const WordSet& dotted_titles() {
    static const WordSet words{U"hon",   U"fr",   U"sr",  U"gen", U"col",  U"capt", U"cpt", U"lt", U"maj",
                               U"sgt",   U"mag",  U"ing", U"ir",  U"hj",   U"pan",  U"sn",  U"br", U"univ",
                               U"habil", U"dipl", U"med", U"jur", U"phil", U"rer",  U"nat", U"hc"};
    return words;
}

const WordSet& suffixes() {
    static const WordSet words{U"jr",   U"sr",   U"jnr",  U"snr",  U"ii",  U"iii",  U"iv",  U"phd",  U"dphil",
                               U"mba",  U"esq",  U"cpa",  U"dds",  U"dvm", U"md",   U"rn",  U"pmp",  U"cfa",
                               U"msc",  U"bsc",  U"llb",  U"llm",  U"obe", U"mbe",  U"cbe", U"frcs", U"meng",
                               U"beng", U"bcom", U"edd",  U"skom", U"spd", U"mkom", U"msi", U"csc",  U"様",
                               U"さん", U"氏",   U"先生", U"님",   U"씨"};
    return words;
}

// Degrees that are names as well, without their dots or a comma before them.
const WordSet& dotted_suffixes() {
    static const WordSet words{U"ma", U"ba", U"bs",  U"ms", U"se", U"sh", U"st", U"mm", U"mt", U"mh",
                               U"si", U"ss", U"sip", U"do", U"jd", U"qc", U"kc", U"dc", U"pe"};
    return words;
}

const WordSet& particles() {
    static const WordSet words{U"van",   U"von",   U"vom",   U"und",   U"der", U"den", U"dem", U"de",  U"del",
                               U"della", U"dello", U"dalla", U"degli", U"dei", U"di",  U"da",  U"das", U"do",
                               U"dos",   U"du",    U"des",   U"la",    U"le",  U"las", U"los", U"y",   U"bin",
                               U"binti", U"bint",  U"ibn",   U"al",    U"el",  U"ter", U"ten", U"te",  U"zu",
                               U"zum",   U"zur",   U"af",    U"av",    U"of",  U"'t",  U"'s",  U"op",  U"in",
                               U"het",   U"aan",   U"a/l",   U"a/p"};
    return words;
}

const WordSet& vietnamese_families() {
    static const WordSet words{U"nguyen", U"nguyễn", U"tran",   U"trần",  U"le",    U"lê", U"pham", U"phạm",
                               U"huynh",  U"huỳnh",  U"hoang",  U"hoàng", U"phan",  U"vu", U"vũ",   U"vo",
                               U"võ",     U"dang",   U"đặng",   U"bui",   U"bùi",   U"do", U"đỗ",   U"ho",
                               U"hồ",     U"ngo",    U"ngô",    U"duong", U"dương", U"ly", U"lý",   U"dinh",
                               U"đinh",   U"truong", U"trương", U"luong", U"lương"};
    return words;
}

// Most names in Mac are one word (Mack, Macedo, Machado): these are not.
const WordSet& capital_after_mac() {
    static const WordSet words{U"arthur",   U"aulay",  U"beth",    U"callum",  U"coll",    U"donald", U"donnell",
                               U"dougall",  U"dowell", U"farlane", U"gregor",  U"innes",   U"intosh", U"intyre",
                               U"iver",     U"kinnon", U"laren",   U"lean",    U"leod",    U"millan", U"nab",
                               U"naughton", U"neil",   U"neill",   U"pherson", U"quarrie", U"rae",    U"tavish"};
    return words;
}

}  // namespace

bool is_title(std::u32string_view word, bool dotted) {
    return titles().contains(word) || (dotted && dotted_titles().contains(word));
}

bool is_suffix(std::u32string_view word, bool dotted) {
    return suffixes().contains(word) || (dotted && dotted_suffixes().contains(word));
}

bool is_particle(std::u32string_view word) { return particles().contains(word); }

bool is_vietnamese_family(std::u32string_view word) { return vietnamese_families().contains(word); }

std::size_t capital_inside(std::u32string_view word) {
    if (word.size() > 3 && word.starts_with(U"mc")) return 2;
    if (word.starts_with(U"mac") && capital_after_mac().contains(word.substr(3))) return 3;
    return 0;
}

}  // namespace crm::identity
