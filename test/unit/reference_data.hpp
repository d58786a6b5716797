// Reference results on disk, in the directory that the environment variable PG_CRM_TEST_DATA names.
#pragma once
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace crm::test {

using Record = std::map<std::string, std::string>;

inline std::string data_directory() {
    const char* directory = std::getenv("PG_CRM_TEST_DATA");
    return directory ? directory : "";
}

/// Fields of one line; quoted ones may hold commas.
inline std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> all(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            all.emplace_back();
        else if (c != '\r')
            all.back() += c;
    }
    return all;
}

/// A file with a header line, gzipped or not.
inline std::vector<Record> records(const std::string& name) {
    const std::string path = data_directory() + '/' + name;
    const bool zipped = name.ends_with(".gz");
    const std::string command = "gzip -dc '" + path + "'";
    std::FILE* file = zipped ? popen(command.c_str(), "r") : std::fopen(path.c_str(), "r");
    if (!file) throw std::runtime_error("cannot read " + path);
    std::string text;
    char block[65536];
    for (std::size_t size; (size = std::fread(block, 1, sizeof block, file)) > 0;) text.append(block, size);
    if ((zipped ? pclose(file) : std::fclose(file)) != 0) throw std::runtime_error("cannot read " + path);

    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    const auto header = fields(line);
    std::vector<Record> all;
    while (std::getline(lines, line)) {
        const auto values = fields(line);
        Record& record = all.emplace_back();
        for (std::size_t i = 0; i < header.size() && i < values.size(); ++i) record[header[i]] = values[i];
    }
    return all;
}

inline double number(const Record& record, const std::string& field) { return std::stod(record.at(field)); }

}  // namespace crm::test

#define SKIP_WITHOUT_REFERENCE_DATA() \
    if (crm::test::data_directory().empty()) GTEST_SKIP() << "PG_CRM_TEST_DATA does not name the reference data"
