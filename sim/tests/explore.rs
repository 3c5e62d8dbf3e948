use ballast_sim::history;
use ballast_sim::replay::{*, looks::*, markets::*, run::*};
use ballast_risk_policy::regime::*;
#[test]
fn explore() {
    for m in ["btc","eth","sol"] {
        let file = std::path::PathBuf::from(format!("/work/shared/history/{m}_usd_1h.csv.gz"));
        let candles = history::load(&file, None, None).unwrap();
        let known = Known { implied: Default::default(), costs: liquidity::CostSeries::estimate(&candles, &file).unwrap() };
        let mut market = Markets::parse(DEFAULT).unwrap().get(m).unwrap().clone();
        for (s,f,sl) in [(3600u32,21600u32,864000u32),(3600,14400,864000),(3600,43200,864000),(3600,43200,1728000),(3600,21600,1728000),(3600,21600,432000)] {
            market.signals.times.sampling=s; market.signals.times.fast_variance=f; market.signals.times.slow_variance=sl;
            let typed = market.typed(m).unwrap();
            let t0=std::time::Instant::now();
            let looks = looks(&candles, Path::Close, &known);
            let steps = run(&mut Native::new(typed.params, typed.initial_variance), &looks, &typed, |_,_| Ok(())).unwrap();
            println!("== {m} {s} {f} {sl}: {:?}", t0.elapsed());
            for ind in Indicator::ALL {
                let mut v: Vec<u32> = steps[240..].iter().filter_map(|s| s.indicators.get(ind)).map(|b| b.0).collect();
                v.sort(); if v.is_empty(){continue}
                let q=|p:f64| v[((v.len()-1) as f64*p) as usize];
                println!("  {ind:?}: 50 {} 80 {} 90 {} 95 {} 98 {} 99 {} 99.5 {} 99.8 {} 99.9 {} max {}", q(0.5),q(0.8),q(0.9),q(0.95),q(0.98),q(0.99),q(0.995),q(0.998),q(0.999),q(1.0));
            }
            for fall in events::falls(&candles) {
                let at = steps.iter().position(|s| s.time>=fall.at).unwrap();
                print!("  {}:", fall.when());
                for s in &steps[at-2..at+4] { let i=&s.indicators; print!(" [r{} v{} j{} d{} c{}]", i.volatility_ratio.0/100, i.volatility.0/100, i.jump.0/1000, i.drawdown.0/100, i.contraction.map_or(0,|c|c.0/100)); }
                println!();
            }
            let a=alarms::alarms(&candles,&steps);
            println!("  time {:?} crises {} days {} false/yr {:.1} {:?}", a.time_in, a.crises, a.crisis_days, a.false_crisis_days_a_year, a.false_by_year);
            for b in &a.breakers { if b.trips>0 { println!("   {} {:.1}/yr false {:.1} time {:.4}", b.breaker,b.trips_a_year,b.false_trips_a_year,b.time);} }
            for fall in events::falls(&candles) { let x=events::met(&fall,&steps).unwrap(); println!("   {} guarded {:?} {:?} {:?}", x.fall.when(), x.guarded, x.regimes, x.breakers); }
        }
    }
}
