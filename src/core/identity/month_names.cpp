#include "month_names.hpp"

#include <array>

#include "word_table.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

// A month of one language, its forms parted by spaces; the twelve of a language in order. Where two languages use one
// word for different months (listopad) it is the one of most people.
constexpr std::array<View, 12> languages[] = {
    {U"january jan", U"february feb", U"march mar", U"april apr", U"may", U"june jun", U"july jul", U"august aug",
     U"september sep sept", U"october oct", U"november nov", U"december dec"},
    {U"januar janner jaenner", U"februar feber", U"marz maerz mrz", U"april", U"mai", U"juni", U"juli", U"august",
     U"september", U"oktober okt", U"november", U"dezember dez"},
    {U"janvier janv", U"fevrier fevr fev", U"mars", U"avril avr", U"mai", U"juin", U"juillet juil", U"aout",
     U"septembre", U"octobre", U"novembre", U"decembre"},
    {U"enero ene", U"febrero", U"marzo", U"abril abr", U"mayo", U"junio", U"julio", U"agosto ago",
     U"septiembre setiembre", U"octubre", U"noviembre", U"diciembre dic"},
    {U"gennaio gen genn", U"febbraio febbr", U"marzo", U"aprile", U"maggio mag magg", U"giugno giu", U"luglio lug",
     U"agosto", U"settembre set sett", U"ottobre ott", U"novembre", U"dicembre"},
    {U"janeiro", U"fevereiro", U"marco", U"abril", U"maio", U"junho", U"julho", U"agosto", U"setembro", U"outubro out",
     U"novembro", U"dezembro"},
    {U"januari", U"februari", U"maart mrt", U"april", U"mei", U"juni", U"juli", U"augustus", U"september", U"oktober",
     U"november", U"december"},
    {U"januari", U"februari pebruari", U"maret", U"april", U"mei", U"juni", U"juli", U"agustus agu agt agst",
     U"september", U"oktober", U"november nopember nop", U"desember des"},
    {U"januari", U"februari", U"mars", U"april", U"maj", U"juni", U"juli", U"augusti", U"september", U"oktober",
     U"november", U"december"},
    {U"januar", U"februar", U"marts", U"april", U"maj", U"juni", U"juli", U"august", U"september", U"oktober",
     U"november", U"desember"},
    {U"styczen stycznia sty", U"luty lutego lut", U"marzec marca", U"kwiecien kwietnia kwi", U"maj maja",
     U"czerwiec czerwca cze", U"lipiec lipca lip", U"sierpien sierpnia sie", U"wrzesien wrzesnia wrz",
     U"pazdziernik pazdziernika paz", U"listopad listopada lis", U"grudzien grudnia gru"},
    {U"leden ledna led", U"unor unora", U"brezen brezna", U"duben dubna dub", U"kveten kvetna kve", U"cerven cervna",
     U"cervenec cervence", U"srpen srpna", U"zari", U"rijen rijna", U"listopad", U"prosinec prosince"},
    {U"tammikuu tammikuuta tammi", U"helmikuu helmikuuta helmi", U"maaliskuu maaliskuuta maalis",
     U"huhtikuu huhtikuuta huhti", U"toukokuu toukokuuta touko", U"kesakuu kesakuuta kesa",
     U"heinakuu heinakuuta heina", U"elokuu elokuuta elo", U"syyskuu syyskuuta syys", U"lokakuu lokakuuta loka",
     U"marraskuu marraskuuta marras", U"joulukuu joulukuuta joulu"},
    {U"ocak oca", U"subat sub", U"mart", U"nisan nis", U"mayis", U"haziran haz", U"temmuz tem", U"agustos",
     U"eylul eyl", U"ekim eki", U"kasim kas", U"aralik ara"},
    {U"januar", U"februar", U"marcius", U"aprilis", U"majus", U"junius", U"julius", U"augusztus", U"szeptember szept",
     U"oktober", U"november", U"december"},
    {U"ianuarie ian", U"februarie", U"martie", U"aprilie", U"mai", U"iunie iun", U"iulie iul", U"august", U"septembrie",
     U"octombrie", U"noiembrie noi", U"decembrie"},
    {U"январь января янв", U"февраль февраля фев февр", U"март марта мар", U"апрель апреля апр", U"май мая маи",
     U"июнь июня июн", U"июль июля июл", U"август августа авг", U"сентябрь сентября сен сент", U"октябрь октября окт",
     U"ноябрь ноября ноя нояб", U"декабрь декабря дек"},
    {U"січень січня", U"лютий лютого", U"березень березня", U"квітень квітня", U"травень травня", U"червень червня",
     U"липень липня", U"серпень серпня", U"вересень вересня", U"жовтень жовтня", U"листопад листопада",
     U"грудень грудня"},
    {U"ιανουαριοσ ιανουαριου ιαν", U"φεβρουαριοσ φεβρουαριου φεβ", U"μαρτιοσ μαρτιου μαρ", U"απριλιοσ απριλιου απρ",
     U"μαιοσ μαιου μαι", U"ιουνιοσ ιουνιου ιουν", U"ιουλιοσ ιουλιου ιουλ", U"αυγουστοσ αυγουστου αυγ",
     U"σεπτεμβριοσ σεπτεμβριου σεπ σεπτ", U"οκτωβριοσ οκτωβριου οκτ", U"νοεμβριοσ νοεμβριου νοε",
     U"δεκεμβριοσ δεκεμβριου δεκ"},
    {U"يناير", U"فبراير", U"مارس", U"أبريل ابريل", U"مايو", U"يونيو", U"يوليو", U"أغسطس اغسطس", U"سبتمبر",
     U"أكتوبر اكتوبر", U"نوفمبر", U"ديسمبر"}};

struct Months {
    std::vector<std::pair<View, int>> names;

    Months() {
        for (const auto& language : languages)
            for (std::size_t month = 0; month < 12; ++month)
                for (View forms = language[month]; !forms.empty();) {
                    const View form = forms.substr(0, forms.find(U' '));
                    names.emplace_back(form, static_cast<int>(month) + 1);
                    forms.remove_prefix(std::min(form.size() + 1, forms.size()));
                }
        std::ranges::stable_sort(names, {}, &std::pair<View, int>::first);
    }
};

}  // namespace

int month_named(View word) {
    static const Months months;
    const auto at = std::ranges::lower_bound(months.names, word, {}, &std::pair<View, int>::first);
    return at != months.names.end() && at->first == word ? at->second : 0;
}

bool is_date_filler(View word) {
    static const WordSet words{
        U"at",        U"um",         U"kl",         U"of",          U"the",      U"de",       U"del",      U"den",
        U"der",       U"le",         U"el",         U"il",          U"di",       U"do",       U"om",       U"am",
        U"on",        U"st",         U"nd",         U"rd",          U"th",       U"er",       U"a",        U"o",
        U"г",         U"года",       U"р",          U"mon",         U"monday",   U"tue",      U"tues",     U"tuesday",
        U"wed",       U"wednesday",  U"thu",        U"thur",        U"thurs",    U"thursday", U"fri",      U"friday",
        U"sat",       U"saturday",   U"sun",        U"sunday",      U"montag",   U"mo",       U"dienstag", U"di",
        U"mittwoch",  U"mi",         U"donnerstag", U"freitag",     U"fr",       U"samstag",  U"sa",       U"sonnabend",
        U"sonntag",   U"so",         U"lundi",      U"lun",         U"mardi",    U"mercredi", U"mer",      U"jeudi",
        U"jeu",       U"vendredi",   U"ven",        U"samedi",      U"sam",      U"dimanche", U"dim",      U"lunes",
        U"martes",    U"miercoles",  U"jueves",     U"viernes",     U"sabado",   U"domingo",  U"lunedi",   U"martedi",
        U"mercoledi", U"giovedi",    U"venerdi",    U"sabato",      U"domenica", U"maandag",  U"dinsdag",  U"woensdag",
        U"donderdag", U"vrijdag",    U"zaterdag",   U"zondag",      U"senin",    U"selasa",   U"rabu",     U"kamis",
        U"jumat",     U"sabtu",      U"minggu",     U"понедельник", U"вторник",  U"среда",    U"четверг",  U"пятница",
        U"суббота",   U"воскресенье"};
    return words.contains(word);
}

}  // namespace crm::identity
