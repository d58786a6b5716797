// Fits a model to customers without a server.
#pragma once
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "crm/value/maximum_likelihood.hpp"
#include "crm/value/rfm.hpp"

namespace crm::test {

template <class Fitted>
std::unique_ptr<Fitted> fitted(const std::vector<value::Rfm>& customers) {
    value::MaximumLikelihood<Fitted> state(std::pmr::new_delete_resource());
    for (const auto& customer : customers) state.add(customer);
    return state.finish({});
}

/// All that a model says of itself; exact, so that equal text is equal models.
inline std::string described(const Model& model) { return Json(model.to_json()).text(); }

inline Coefficient coefficient(const Model& model, const std::string& name) {
    for (const auto& one : model.coefficients())
        if (one.name == name) return one;
    return {name, 0, {}, {}, {}};
}

}  // namespace crm::test
