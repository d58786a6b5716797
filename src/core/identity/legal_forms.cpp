#include "legal_forms.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace crm::identity {

namespace {

using View = std::u32string_view;
using Words = std::vector<std::u32string>;

/// `countries` lists the codes where it is a form; empty: everywhere.
struct Form {
    View words;
    std::string_view countries = {};
};

constexpr Form trailing_forms[] = {
    // several words
    {U"s de rl de cv"},
    {U"s a p i de cv"},
    {U"sapi de cv"},
    {U"sab de cv"},
    {U"sa de cv"},
    {U"srl de cv"},
    {U"s de rl"},
    {U"gmbh & co kgaa"},
    {U"gmbh & co kg"},
    {U"gmbh & co ohg"},
    {U"ag & co kgaa"},
    {U"ag & co kg"},
    {U"se & co kgaa"},
    {U"se & co kg"},
    {U"ug haftungsbeschränkt & co kg"},
    {U"ug haftungsbeschränkt"},
    {U"& co kgaa"},
    {U"& co kg"},
    {U"& co ohg"},
    {U"& cie"},
    {U"et cie"},
    {U"& company"},
    {U"& co"},
    {U"sp z o o sp k"},
    {U"sp zoo sp k"},
    {U"spolka z ograniczona odpowiedzialnoscia"},
    {U"spółka z ograniczoną odpowiedzialnością"},
    {U"sp z o o"},
    {U"sp z oo"},
    {U"sp zoo"},
    {U"spółka akcyjna"},
    {U"spol s r o"},
    {U"spol sro"},
    {U"s r o"},
    {U"d o o"},
    {U"z o o"},
    {U"sdn bhd"},
    {U"pte ltd"},
    {U"private limited"},
    {U"pvt ltd"},
    {U"pvt limited"},
    {U"proprietary limited"},
    {U"pty ltd"},
    {U"pty limited"},
    {U"co ltd"},
    {U"co limited"},
    {U"company limited"},
    {U"public limited company"},
    {U"limited liability company"},
    {U"limited liability partnership"},
    {U"limited partnership"},
    {U"fz llc"},
    {U"sociedad anónima"},
    {U"sociedad anonima"},
    {U"sociedad limitada"},
    {U"sociedad de responsabilidad limitada"},
    {U"société anonyme"},
    {U"societe anonyme"},
    {U"società per azioni"},
    {U"besloten vennootschap"},
    {U"naamloze vennootschap"},
    {U"anonim şirketi"},
    {U"anonim sirketi"},
    {U"limited şirketi"},
    {U"limited sirketi"},
    {U"san ve tic"},
    {U"ltd şti"},
    {U"ltd sti"},
    {U"aktiengesellschaft"},
    {U"joint stock company"},
    // one word
    {U"limited"},
    {U"ltd"},
    {U"plc"},
    {U"llc"},
    {U"llp"},
    {U"lllp"},
    {U"pllc"},
    {U"lp"},
    {U"pc", "US"},
    {U"inc"},
    {U"incorporated"},
    {U"corp"},
    {U"corporation"},
    {U"company"},
    {U"co"},
    {U"cic", "GB"},
    {U"dac", "IE"},
    {U"gmbh"},
    {U"ggmbh"},
    {U"mbh"},
    {U"ag"},
    {U"kg"},
    {U"ohg"},
    {U"gbr"},
    {U"kgaa"},
    {U"ug"},
    {U"eg", "DE AT"},
    {U"ev", "DE"},
    {U"ek", "DE"},
    {U"ekfm", "DE"},
    {U"eu", "AT"},
    {U"partg", "DE"},
    {U"partgmbb"},
    {U"se"},
    {U"sa"},
    {U"sas"},
    {U"sasu"},
    {U"sarl"},
    {U"sàrl"},
    {U"eurl"},
    {U"snc"},
    {U"sca"},
    {U"sci", "FR BE LU"},
    {U"scop", "FR"},
    {U"ei", "FR"},
    {U"cie", "FR BE CH"},
    {U"spa"},
    {U"srl"},
    {U"srls"},
    {U"sapa"},
    {U"ss", "IT"},
    {U"scarl", "IT"},
    {U"scrl"},
    {U"sprl"},
    {U"bvba"},
    {U"bv"},
    {U"nv"},
    {U"vof"},
    {U"cv", "NL BE"},
    {U"sl"},
    {U"slu"},
    {U"sll", "ES"},
    {U"slp", "ES"},
    {U"sau"},
    {U"scp", "ES"},
    {U"cb", "ES"},
    {U"sc", "ES IT MX"},
    {U"lda"},
    {U"ltda"},
    {U"unipessoal"},
    {U"sgps"},
    {U"eireli"},
    {U"me", "BR"},
    {U"epp", "BR"},
    {U"mei", "BR"},
    {U"eirl", "CL PE"},
    {U"sac", "PE"},
    {U"saa", "PE"},
    {U"saic", "AR"},
    {U"aps"},
    {U"as"},
    {U"asa"},
    {U"ans", "NO"},
    {U"ivs", "DK"},
    {U"is", "DK"},
    {U"ks", "DK NO"},
    {U"ab"},
    {U"publ"},
    {U"hb", "SE"},
    {U"kb", "SE"},
    {U"oy"},
    {U"oyj"},
    {U"ky", "FI"},
    {U"tmi", "FI"},
    {U"ehf"},
    {U"hf", "IS"},
    {U"sf", "IS"},
    {U"spzoo"},
    {U"spj", "PL"},
    {U"spk", "PL"},
    {U"sro"},
    {U"vos", "CZ"},
    {U"doo"},
    {U"dd", "HR SI BA"},
    {U"ad", "RS BG ME MK"},
    {U"ead"},
    {U"ood"},
    {U"eood"},
    {U"kft"},
    {U"zrt"},
    {U"nyrt"},
    {U"bt", "HU"},
    {U"rt", "HU"},
    {U"kkt", "HU"},
    {U"sia"},
    {U"uab"},
    {U"mb", "LT"},
    {U"oü"},
    {U"ou", "EE"},
    {U"osaühing"},
    {U"aş"},
    {U"a ş"},
    {U"şti"},
    {U"sti", "TR"},
    {U"ae", "GR CY"},
    {U"epe", "GR"},
    {U"ike", "GR"},
    {U"αε"},
    {U"επε"},
    {U"ικε"},
    {U"oe", "GR"},
    {U"ооо"},
    {U"оао"},
    {U"зао"},
    {U"пао"},
    {U"ао"},
    {U"ип"},
    {U"тов"},
    {U"тоо"},
    {U"оод"},
    {U"еоод"},
    {U"jsc"},
    {U"ojsc"},
    {U"pjsc"},
    {U"cjsc"},
    {U"ooo", "RU BY KZ UZ KG"},
    {U"zao", "RU"},
    {U"oao", "RU"},
    {U"pao", "RU"},
    {U"saoc"},
    {U"saog"},
    {U"wll"},
    {U"bsc", "BH"},
    {U"fze"},
    {U"fzco"},
    {U"fzc"},
    {U"dmcc"},
    {U"psc", "AE"},
    {U"pty"},
    {U"pte"},
    {U"pvt"},
    {U"private"},
    {U"opc"},
    {U"bhd"},
    {U"berhad"},
    {U"tbk"},
    {U"persero"},
    {U"kk"},
    {U"gk"},
    {U"yk"},
    {U"kabushiki kaisha"},
    {U"株"},
    {U"有"},
    {U"同"},
    {U"주"},
    {U"유"},
    {U"มหาชน"},
    {U"rf"},
    {U"cc", "ZA"},
    {U"npc", "ZA"},
    {U"sarlu"},
    {U"sae"},
    {U"בע\"מ"},
    {U"בעמ"}};

constexpr Form leading_forms[] = {{U"the"},
                                  {U"pt"},
                                  {U"pt persero"},
                                  {U"cv", "ID"},
                                  {U"ud", "ID"},
                                  {U"pd", "ID"},
                                  {U"fa", "ID"},
                                  {U"ооо"},
                                  {U"оао"},
                                  {U"зао"},
                                  {U"пао"},
                                  {U"ао"},
                                  {U"ип"},
                                  {U"тов"},
                                  {U"тоо"},
                                  {U"чп"},
                                  {U"ooo", "RU BY KZ UZ KG"},
                                  {U"株"},
                                  {U"有"},
                                  {U"同"},
                                  {U"주"},
                                  {U"유"},
                                  {U"công ty tnhh"},
                                  {U"cong ty tnhh"},
                                  {U"công ty cổ phần"},
                                  {U"cong ty co phan"},
                                  {U"firma", "DE AT CH"},
                                  {U"fa", "DE AT CH"},
                                  {U"société", "FR"},
                                  {U"soc", "IT"},
                                  {U"ditta", "IT"},
                                  {U"uab"},
                                  {U"sia"},
                                  {U"oü"},
                                  {U"общество с ограниченной ответственностью"},
                                  {U"акционерное общество"},
                                  {U"شركة"}};

constexpr View attached_forms[] = {
    U"股份有限公司", U"有限责任公司", U"有限責任公司", U"株式会社", U"株式會社", U"有限会社", U"合同会社", U"合資会社",
    U"合名会社",     U"有限公司",     U"주식회사",     U"유한회사", U"합자회사", U"บริษัท",     U"จำกัด",     U"จํากัด"};

struct And {
    View word;
    std::string_view countries;
};

constexpr And ands[] = {{U"and", ""},        {U"&", ""},
                        {U"+", ""},          {U"und", ""},
                        {U"et", ""},         {U"y", "ES MX AR CO CL PE VE EC UY BO PY CR PA GT HN SV NI DO CU"},
                        {U"e", "IT PT BR"},  {U"en", "NL BE"},
                        {U"og", "DK NO IS"}, {U"och", "SE FI"},
                        {U"dan", "ID MY"},   {U"i", "PL HR RS BA"},
                        {U"ve", "TR"},       {U"и", "RU BG UA BY"},
                        {U"a", "CZ SK"}};

bool applies(std::string_view codes, const Country* country) {
    if (codes.empty()) return true;
    if (!country) return false;
    for (std::size_t at = 0; at < codes.size(); at += 3)
        if (codes.substr(at, 2) == country->code) return true;
    return false;
}

/// Whether the words of a name, from `from` on, are the form's.
bool spelled(View form, const Words& words, std::size_t from) {
    for (std::size_t at = from; at < words.size(); ++at) {
        const View word = form.substr(0, form.find(U' '));
        if (words[at] != word) return false;
        if (word.size() == form.size()) return true;
        form.remove_prefix(word.size() + 1);
    }
    return false;
}

bool is_attached_form(View word) { return std::ranges::find(attached_forms, word) != std::end(attached_forms); }

/// The forms by the word by which one meets them: the last of those behind a name, the first of those in front.
class FormTable {
public:
    enum class Key { first_word, last_word };

    FormTable(std::span<const Form> forms, Key key) {
        for (const Form& form : forms) {
            const auto space = key == Key::first_word ? form.words.find(U' ') : form.words.rfind(U' ');
            const View word = space == View::npos      ? form.words
                              : key == Key::first_word ? form.words.substr(0, space)
                                                       : form.words.substr(space + 1);
            const auto size = static_cast<std::size_t>(std::ranges::count(form.words, U' ')) + 1;
            entries_.push_back({word, &form, size});
        }
        // Longer ones first: "sa de cv" before "cv".
        std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
            return a.word != b.word ? a.word < b.word : a.size > b.size;
        });
    }

    /// The number of words of the longest form met at this word that `fits`; 0 for none.
    template <class Fits>
    std::size_t longest(View word, const Fits& fits) const {
        for (const Entry& entry : std::ranges::equal_range(entries_, word, {}, &Entry::word))
            if (fits(*entry.form, entry.size)) return entry.size;
        return 0;
    }

private:
    struct Entry {
        View word;
        const Form* form;
        std::size_t size;
    };
    std::vector<Entry> entries_;
};

}  // namespace

std::size_t trailing_form(const Words& words, const Country* country) {
    static const FormTable table(trailing_forms, FormTable::Key::last_word);
    if (words.size() < 2) return 0;
    if (is_attached_form(words.back())) return 1;
    return table.longest(words.back(), [&](const Form& form, std::size_t size) {
        return size < words.size() && applies(form.countries, country) &&
               spelled(form.words, words, words.size() - size);
    });
}

std::size_t leading_form(const Words& words, const Country* country) {
    static const FormTable table(leading_forms, FormTable::Key::first_word);
    if (words.size() < 2) return 0;
    if (is_attached_form(words.front())) return 1;
    return table.longest(words.front(), [&](const Form& form, std::size_t size) {
        return size < words.size() && applies(form.countries, country) && spelled(form.words, words, 0);
    });
}

void drop_attached_form(std::u32string& word) {
    for (const View form : attached_forms) {
        if (word.size() <= form.size()) continue;
        if (word.starts_with(form))
            word.erase(0, form.size());
        else if (word.ends_with(form))
            word.erase(word.size() - form.size());
    }
}

bool is_and(View word, const Country* country) {
    return std::ranges::any_of(ands,
                               [&](const And& one) { return one.word == word && applies(one.countries, country); });
}

}  // namespace crm::identity
