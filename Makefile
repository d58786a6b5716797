# The build that users run: make && make install && make installcheck. PG_CONFIG= picks the server.

EXTENSION = control/pg_crm
MODULE_big = pg_crm
RELEASE := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" control/pg_crm.control)

SCRIPT = control/pg_crm--$(RELEASE).sql
SQL_PARTS = $(addprefix control/sql/,model.sql exact_sum.sql value_timeline.sql value_rfm.sql \
	value_fit.sql value_fit_timeline.sql value_fit_gaps.sql value_fit_covariates.sql value_purchase.sql value_path.sql \
	value_forecast.sql value_spend.sql value_fit_contract.sql value_contract.sql value_concentration.sql value_cohort.sql \
	value_proof.sql \
	predict_evaluation.sql predict_fit_features.sql predict_logistic.sql predict_fit_boosted_trees.sql \
	predict_multinomial.sql predict_scorecard.sql predict_calibration.sql predict_cross_validation.sql predict_drift.sql \
	predict_partial_dependence.sql predict_qualify_leads.sql predict_fit_lifetime.sql predict_fit_named_lifetime.sql \
	predict_survival.sql \
	text_classifier.sql text_cross_validation.sql text_bayes.sql text_label_next.sql text_rules.sql \
	text_ruled_classification.sql text_redact.sql text_keywords.sql text_trending.sql text_duplicates.sql \
	identity_normalise.sql identity_field.sql identity_cluster.sql identity_suspects.sql \
	workspace_charts.sql workspace_charts_value.sql workspace_charts_text.sql workspace_charts_prediction.sql \
	workspace_step.sql workspace_run.sql workspace_source.sql workspace_setup.sql workspace_refresh.sql \
	workspace_timelines.sql workspace_models.sql workspace_histories.sql workspace_scores.sql workspace_customers.sql \
	workspace_segments.sql workspace_concentration.sql workspace_cohorts.sql workspace_equity.sql \
	workspace_topics.sql workspace_comments.sql workspace_topic_models.sql workspace_topic_reports.sql \
	workspace_alerts.sql workspace_profile.sql workspace_check.sql workspace_topic_checks.sql \
	workspace_costs.sql workspace_contracts.sql \
	workspace_predictions.sql workspace_prediction_models.sql workspace_leads.sql workspace_prediction_alerts.sql \
	workspace_suggest.sql)

# The aggregates that fit these models are made of control/sql/*_fit*.sql.in; each is name=title.
fit_MODELS = bg_nbd=BG/NBD mbg_nbd=MBG/NBD pareto_nbd=Pareto/NBD ggom_nbd=GGom/NBD bg_bb=BG/BB
fit_covariates_MODELS = bg_nbd=BG/NBD mbg_nbd=MBG/NBD pareto_nbd=Pareto/NBD
fit_gaps_MODELS = bg_cnbd_k=BG/CNBD-k mbg_cnbd_k=MBG/CNBD-k
fit_timeline_MODELS = $(fit_gaps_MODELS) gamma_gamma=Gamma-gamma
fit_contract_MODELS = sbg=sBG bdw=BdW
# Here the outcome's type takes the place of the title.
fit_features_MODELS = logistic=boolean logistic=text scorecard=boolean
fit_lifetime_MODELS = weibull=Weibull exponential=exponential lognormal=log-normal loglogistic=log-logistic
fit_named_lifetime_MODELS = cox=Cox $(fit_lifetime_MODELS)
# One set of aggregates for each type of outcome, with what is then predicted.
fit_boosted_trees_MODELS = boolean=probability float8=number
TEMPLATES = $(wildcard control/sql/*.sql.in)

DATA = $(SCRIPT) $(wildcard control/pg_crm--*--*.sql)
EXTRA_CLEAN = $(SCRIPT) $(TEMPLATES:.in=) $(OBJS:.o=.d) $(OBJS:.o=.bc.d)

SOURCES = $(sort $(wildcard src/core/*/*.cpp src/bind/*.cpp src/extension/*.cpp))
OBJS = $(SOURCES:.cpp=.o)

REGRESS = $(sort $(notdir $(basename $(wildcard sql/*.sql))))
REGRESS_OPTS = --load-extension=pg_crm

EIGEN_CFLAGS ?= $(or $(shell pkg-config --cflags eigen3 2>/dev/null),-I/usr/include/eigen3)
STANDARD = -std=c++20
PG_CPPFLAGS = -Iinclude -Isrc $(subst -I,-isystem ,$(EIGEN_CFLAGS)) -DEIGEN_MPL2_ONLY
PG_CXXFLAGS = $(STANDARD) -O2 -ffp-contract=off -fvisibility=hidden -fvisibility-inlines-hidden -Wall -Wextra -Wno-register -MMD -MP
SHLIB_LINK = -lstdc++ -lm

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# The rule for LLVM bitcode knows nothing of PG_CXXFLAGS.
BITCODE_CXXFLAGS += $(STANDARD) -MMD -MP -MF $@.d -MT $@

# -Wextra on the server's own headers is noise.
override CPPFLAGS := $(patsubst -I$(includedir_server),-isystem $(includedir_server),$(CPPFLAGS))

all: $(SCRIPT)

$(SCRIPT): $(SQL_PARTS) control/pg_crm.control Makefile
	(printf '%s\n' '\echo Use "CREATE EXTENSION pg_crm" to load this file. \quit'; \
	 for part in $(SQL_PARTS); do echo; cat $$part; done) > $@

define from_template
for model in $($*_MODELS); do sed "s|@model@|$${model%=*}|g; s|@title@|$${model#*=}|g" $<; echo; done > $@
endef

control/sql/value_%.sql: control/sql/value_%.sql.in Makefile
	$(from_template)

control/sql/predict_%.sql: control/sql/predict_%.sql.in Makefile
	$(from_template)

-include $(OBJS:.o=.d) $(OBJS:.o=.bc.d)
