#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "forecast/well_verification.hpp"
#include "tests/support/support.hpp"

/// Two measured wells (shared data `groundwater_series_pastas`): head_nb1, Netherlands, twice a
/// month for 30 years, and Gossau, Switzerland, daily for 32 years with rain, of which a forecast
/// of 51 members for the month from 2 January 2014. Heads are read as taken at noon of their date,
/// rain and evaporation as the sums of theirs. Models are fitted to the first two thirds.
namespace vandvagt::forecast {
namespace {

using Weather = WellVerificationOptions::Weather;
constexpr Duration noon = std::chrono::hours{12};

std::filesystem::path data_folder() {
  const auto data = vandvagt::test::shared_data();
  const auto folder = data / "groundwater_series_pastas";
  return !data.empty() && std::filesystem::exists(folder) ? folder : std::filesystem::path{};
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

DatedTable table(const std::string& name, const std::string& unit, Dimension dimension) {
  return must(read_dated_table(data_folder() / name, unit, dimension));
}

DailySeries daily(const std::string& name, const std::string& unit) {
  return must(daily_series(table(name, unit, Dimension::speed)));
}

WellHistory nb1() {
  return {"nb1", must(reading_series(table("head_nb1.csv", "m", Dimension::length), noon)),
          daily("rain_nb1.csv", "m/day"), daily("evap_nb1.csv", "m/day")};
}

WellHistory gossau() {
  return {"gossau", must(reading_series(table("gossau_heads.csv", "m", Dimension::length), noon)),
          daily("gossau_prec.csv", "mm/d"), daily("gossau_evap.csv", "mm/d")};
}

/// Two thirds of the time with heads and rain.
Time split_of(const WellHistory& history) {
  const Time first = std::max(history.heads.times.front(), history.rain.first);
  return first + (history.heads.times.back() - first) / 3 * 2;
}

struct Skill {
  double r2 = 0.0, rmse = 0.0;
};
/// Of the simulation, against the mean of the same readings.
Skill simulation_after(const WellFit& fit, const WellHistory& history, Time from) {
  ReadingSeries later;
  const Time end = std::min(history.rain.end(), history.evaporation.end());
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    if (history.heads.times[k] < from || history.heads.times[k] > end) continue;
    later.times.push_back(history.heads.times[k]);
    later.values.push_back(history.heads.values[k]);
  }
  const auto heads = must(simulate_well(fit, history, later.times));
  const auto count = static_cast<double>(heads.size());
  const double mean = std::accumulate(later.values.begin(), later.values.end(), 0.0) / count;
  double errors = 0.0, spread = 0.0;
  for (std::size_t k = 0; k < heads.size(); ++k) {
    errors += std::pow(later.values[k] - heads[k], 2);
    spread += std::pow(later.values[k] - mean, 2);
  }
  return {1.0 - errors / spread, std::sqrt(errors / count)};
}

void print(const WellFit& fit, const Skill& skill) {
  const WellParameters& p = fit.parameters;
  const WellParameters& e = fit.standard_error;
  std::printf(
      "fit: %d readings, %.0f d apart at least; A %.0f±%.0f d, n %.2f±%.2f, a %.0f±%.0f d, "
      "f %.2f±%.2f, d %.2f±%.2f m, α %.0f±%.0f d; σ %.3f m, R² %.3f, innovations' "
      "correlation %.2f, %d evaluations\nlast third: R² %.3f, RMSE %.3f m\n",
      fit.readings, fit.least_interval, p.gain, e.gain, p.shape, e.shape, p.scale, e.scale,
      p.evaporation_factor, e.evaporation_factor, p.base, e.base, p.noise_decay, e.noise_decay,
      fit.noise_sigma, fit.explained, fit.innovation_correlation, fit.evaluations, skill.r2,
      skill.rmse);
}

void print(const char* title, const WellVerification& verification) {
  std::printf("%s\n  lead  n   RMSE  persistence climatology  inside  width\n", title);
  for (const WellLeadScore& s : verification.leads) {
    std::printf("  %3d %4d %6.3f %10.3f %11.3f %8.3f %6.2f\n", s.lead, s.count, s.rmse,
                s.rmse_persistence, s.rmse_climatology, s.share_inside, s.mean_width);
  }
}

WellVerification verified(const WellHistory& history, std::vector<int> leads, Weather weather,
                          int every = 1, const WellFitOptions& options = {}) {
  return must(verify_well(history, options,
                          {.from = split_of(history),
                           .to = history.heads.times.back() + one_day,
                           .leads = std::move(leads),
                           .every = every,
                           .weather = weather}));
}

std::vector<int> leads(int from, int to, int step = 1) {
  std::vector<int> all;
  for (int lead = from; lead <= to; lead += step) all.push_back(lead);
  return all;
}

/// Data of the figure in docs/groundwater.md (docs/images/draw_wells.py draws it), written where
/// VANDVAGT_FIGURE names a folder.
std::ofstream figure_data(const std::string& name) {
  const char* folder = std::getenv("VANDVAGT_FIGURE");
  std::ofstream file;
  if (folder != nullptr) file.open(std::filesystem::path(folder) / name);
  return file;
}

double head_at(const WellHistory& history, Time time) {
  const auto found = std::lower_bound(history.heads.times.begin(), history.heads.times.end(), time);
  return history.heads.values[static_cast<std::size_t>(found - history.heads.times.begin())];
}

/// Each time's head and what was forecast of it.
void draw(const WellForecast& forecast, const WellHistory& history, std::ofstream& file) {
  for (std::size_t k = 0; file.is_open() && k < forecast.times.size(); ++k) {
    file << format_time(forecast.times[k]) << ',' << head_at(history, forecast.times[k]) << ','
         << forecast.mean[k];
    for (const auto& quantile : forecast.quantiles) file << ',' << quantile[k];
    for (std::size_t m = 0; m < 8; ++m) file << ',' << forecast.members[m][k];
    file << '\n';
  }
}

/// The simulation at every reading, and the forecasts issued four weeks before each of the last
/// third, from rain of earlier years.
void draw_nb1(const WellFit& fit, const WellHistory& history) {
  auto simulated = figure_data("nb1_simulated.csv");
  if (!simulated.is_open()) return;
  const auto heads = must(simulate_well(fit, history, history.heads.times));
  auto forecasts = figure_data("nb1_forecasts.csv");
  const WellForecaster forecaster(fit);
  for (std::size_t k = 0; k < heads.size(); ++k) {
    const Time time = history.heads.times[k];
    simulated << format_time(time) << ',' << history.heads.values[k] << ',' << heads[k] << '\n';
    const Time issued = time - one_day * 28;
    if (issued < split_of(history)) continue;
    const auto years =
        must(resample_years(history.rain, history.evaporation,
                            Time{std::chrono::floor<std::chrono::days>(issued)}, 30));
    draw(must(forecaster.forecast(history, issued, years, std::vector<Time>{time})), history,
         forecasts);
  }
}

TEST(WellNb1, SimulationExplainsTheLastThird) {
  if (data_folder().empty()) GTEST_SKIP() << "no shared data";
  const WellHistory history = nb1();
  const auto fit = must(fit_well(history, split_of(history)));
  ASSERT_TRUE(fit.usable) << fit.why_not;
  const Skill skill = simulation_after(fit, history, split_of(history));
  print(fit, skill);
  EXPECT_GE(skill.r2, 0.80);
  EXPECT_EQ(fit.filled_days, 0);
  draw_nb1(fit, history);
}

TEST(WellNb1, MonthlyForecastsBeatPersistenceAndClimatologyWithHonestBands) {
  if (data_folder().empty()) GTEST_SKIP() << "no shared data";
  const WellHistory history = nb1();
  for (const Weather weather : {Weather::observed, Weather::earlier_years}) {
    const auto verification = verified(history, leads(14, 31), weather);
    print(weather == Weather::observed ? "rain as it fell" : "rain of earlier years", verification);
    ASSERT_EQ(verification.leads.size(), 18U);
    for (const WellLeadScore& score : verification.leads) {
      EXPECT_GE(score.count, 200);
      EXPECT_LT(score.rmse, score.rmse_persistence) << "lead " << score.lead;
      EXPECT_LT(score.rmse, score.rmse_climatology) << "lead " << score.lead;
      EXPECT_GE(score.share_inside, 0.80) << "lead " << score.lead;
      EXPECT_LE(score.share_inside, 0.97) << "lead " << score.lead;
    }
  }
}

TEST(WellNb1, TheFallbackKeepsAnHonestBand) {
  if (data_folder().empty()) GTEST_SKIP() << "no shared data";
  const auto verification =
      verified(nb1(), {14, 21, 28, 31}, Weather::observed, 1, {.most_evaluations = 2});
  EXPECT_NE(verification.fit.why_not.find("did not converge"), std::string::npos)
      << verification.fit.why_not;
  print("persistence, as the search was stopped", verification);
  for (const WellLeadScore& score : verification.leads) {
    EXPECT_DOUBLE_EQ(score.rmse, score.rmse_persistence);
    EXPECT_GE(score.share_inside, 0.80) << "lead " << score.lead;
    EXPECT_LE(score.share_inside, 0.97) << "lead " << score.lead;
  }
}

TEST(WellGossau, MonthlyForecastsBeatPersistenceAndClimatologyWithHonestBands) {
  if (data_folder().empty()) GTEST_SKIP() << "no shared data";
  const WellHistory history = gossau();
  const auto fit = must(fit_well(history, split_of(history)));
  ASSERT_TRUE(fit.usable) << fit.why_not;
  print(fit, simulation_after(fit, history, split_of(history)));
  auto asked = leads(14, 31);
  asked.insert(asked.begin(), {1, 3, 7});
  for (const Weather weather : {Weather::observed, Weather::earlier_years}) {
    const auto verification = verified(history, asked, weather, 10);
    print(weather == Weather::observed ? "rain as it fell" : "rain of earlier years", verification);
    for (const WellLeadScore& score : verification.leads) {
      EXPECT_GE(score.count, 350);
      EXPECT_LT(score.rmse, score.rmse_persistence) << "lead " << score.lead;
      EXPECT_LT(score.rmse, score.rmse_climatology) << "lead " << score.lead;
      EXPECT_GE(score.share_inside, 0.80) << "lead " << score.lead;
      EXPECT_LE(score.share_inside, 0.97) << "lead " << score.lead;
    }
  }
}

/// The members' files: a row a day, 2 January to 2 February 2014, a column a member.
FutureForcing gossau_ensemble() {
  const auto rain = table("gossau_ensemble_prec.csv", "mm/d", Dimension::speed);
  const auto evaporation = table("gossau_ensemble_evap.csv", "mm/d", Dimension::speed);
  EXPECT_EQ(rain.dates, evaporation.dates);
  FutureForcing future{rain.dates.front(), {}, {}};
  for (std::size_t m = 0; m < rain.rows.front().size(); ++m) {
    future.rain.push_back(must(daily_series(rain, m)).values);
    future.evaporation.push_back(must(daily_series(evaporation, m)).values);
  }
  return future;
}

/// Mean head of earlier Januaries.
double january_mean(const WellHistory& history, Time issued) {
  double sum = 0.0;
  int count = 0;
  for (std::size_t k = 0; k < history.heads.times.size() && history.heads.times[k] < issued; ++k) {
    const std::chrono::year_month_day date{
        std::chrono::floor<std::chrono::days>(history.heads.times[k])};
    if (date.month() != std::chrono::January) continue;
    sum += history.heads.values[k];
    ++count;
  }
  return sum / count;
}

TEST(WellGossau, FiftyOneMembersInAreFiftyOneHeadsOut) {
  if (data_folder().empty()) GTEST_SKIP() << "no shared data";
  const WellHistory history = gossau();
  const FutureForcing future = gossau_ensemble();
  ASSERT_EQ(future.members(), 51U);
  ASSERT_EQ(future.days(), 32U);
  const WellForecaster forecaster(must(fit_well(history, split_of(history))));
  const Time issued = future.first;
  std::vector<Time> times;
  ReadingSeries seen;
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    const Time time = history.heads.times[k];
    if (time <= issued || time > future.first + one_day * 32) continue;
    seen.times.push_back(time);
    seen.values.push_back(history.heads.values[k]);
  }
  ASSERT_EQ(seen.times.size(), 32U);
  const auto made = must(forecaster.forecast(history, issued, future, seen.times));
  EXPECT_EQ(made.basis, WellForecast::Basis::model);
  ASSERT_EQ(made.members.size(), 51U);
  const auto newest =
      std::lower_bound(history.heads.times.begin(), history.heads.times.end(), issued) -
      history.heads.times.begin() - 1;
  const double persisted = history.heads.values[static_cast<std::size_t>(newest)];
  const double usual = january_mean(history, issued);
  double squares = 0.0, persistence = 0.0, climatology = 0.0;
  int inside = 0, members_inside = 0;
  std::printf("day observed  mean   5 %%    95 %%   forcing noise parameters [m]\n");
  for (std::size_t k = 0; k < seen.times.size(); ++k) {
    const double head = seen.values[k];
    squares += std::pow(head - made.mean[k], 2) / 32.0;
    persistence += std::pow(head - persisted, 2) / 32.0;
    climatology += std::pow(head - usual, 2) / 32.0;
    inside += head >= made.quantiles[0][k] && head <= made.quantiles[4][k] ? 1 : 0;
    auto sorted = made.members;
    std::sort(sorted.begin(), sorted.end(), [k](auto& a, auto& b) { return a[k] < b[k]; });
    members_inside += head >= sorted[2][k] && head <= sorted[48][k] ? 1 : 0;
    if (k % 4 == 3) {
      std::printf("%3zu %8.2f %7.2f %7.2f %7.2f %6.3f %6.3f %6.3f\n", k + 1, head, made.mean[k],
                  made.quantiles[0][k], made.quantiles[4][k], made.forcing_spread[k],
                  made.noise_error[k], made.parameter_error[k]);
    }
  }
  std::printf(
      "RMSE %.3f m, persistence %.3f m, climatology %.3f m; %d of 32 days inside the 90 %% band, "
      "%d between "
      "the third and the 49th of 51 members\n",
      std::sqrt(squares), std::sqrt(persistence), std::sqrt(climatology), inside, members_inside);
  // Members' own rain spreads their heads more every week.
  EXPECT_GT(made.forcing_spread[6], made.forcing_spread[0]);
  EXPECT_GT(made.forcing_spread[20], made.forcing_spread[6]);
  EXPECT_GT(made.forcing_spread[20], 0.02);
  // One forecast whose 32 days belong together is no sample: the month must not lie outside its
  // band, nor be told worse than by any January. It was a quiet one, in which the head hardly moved
  // and persistence did well; the 400 forecasts of the test above are the measure of that.
  EXPECT_LT(squares, climatology);
  EXPECT_GE(inside, 16);
  auto file = figure_data("gossau.csv");
  draw(made, history, file);
}

}  // namespace
}  // namespace vandvagt::forecast
