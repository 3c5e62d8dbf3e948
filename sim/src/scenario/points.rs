//! The turning points of the built-in scenario.
//!
//! They are rounded facts that were widely published at the time, written down from public price
//! pages and press reports (the daily opens, highs, lows and closes that CoinMarketCap and
//! exchanges show for BTC/USD, and the hours that news reports and post-mortems give for the
//! falls); no data set is copied. Prices differ between exchanges by more than a per cent in such
//! hours, so a point is true to about that.

/// An hour counted from the episode's start, and the price at that moment in whole dollars.
pub(super) type Point = (u32, i64);

/// A famous fall: its points, and how restless the hours between them are.
pub(super) struct Episode {
    /// What people call it.
    pub name: &'static str,
    /// First hour 0, then increasing; joined by bridges.
    pub points: &'static [Point],
    /// Standard deviation of the log price over an hour on the bridges, in parts per million.
    pub hourly_noise_ppm: u32,
}

/// In the order in which the scenario chains them.
pub(super) const EPISODES: [Episode; 3] = [
    // 11 March 2020 12:00 to 14 March 2020 12:00 UTC. The daily closes are 7,911 (11th), 4,971
    // (12th) and 5,563 (13th). A first fall at about 10:40 UTC on the 12th took the price from
    // above 7,000 to below 6,000 within an hour or so; the second, at about 23:00, ended near 3,850
    // (spot; 3,596 on BitMEX) around 02:00 on the 13th, when BitMEX went offline. The rebound's
    // high on the 13th is 5,838.
    Episode {
        name: "Black Thursday, March 2020",
        points: &[
            (0, 7_850),
            (12, 7_911),
            (18, 7_640),
            (22, 7_280),
            (23, 6_100),
            (24, 5_750),
            (29, 6_150),
            (34, 5_900),
            (35, 5_550),
            (36, 4_971),
            (38, 3_900),
            (39, 4_650),
            (43, 5_300),
            (47, 5_750),
            (60, 5_563),
            (72, 5_380),
        ],
        hourly_noise_ppm: 9_000,
    },
    // 18 May 2021 18:00 to 21 May 2021 00:00 UTC. The daily closes are 42,909 (18th), 37,002 (19th)
    // and 40,782 (20th). After China's bodies repeated their ban, the price fell from about 38,500
    // at noon UTC on the 19th to the day's low near 30,000 shortly after 13:00, and was above
    // 37,000 within hours. The high of the 20th is 42,462.
    Episode {
        name: "19 May 2021",
        points: &[
            (0, 43_600),
            (6, 42_909),
            (12, 39_900),
            (17, 38_700),
            (18, 36_000),
            (19, 30_700),
            (20, 35_200),
            (23, 38_800),
            (30, 37_002),
            (38, 39_400),
            (46, 42_200),
            (54, 40_782),
        ],
        hourly_noise_ppm: 9_000,
    },
    // 8 November 2022 00:00 to 10 November 2022 18:00 UTC, the fall of FTX. The daily closes are
    // 20,602 (7th), 18,541 (8th) and 15,881 (9th). Binance's offer, at about 16:00 UTC on the 8th,
    // brought a spike to 20,600 that was gone within the hour; the low of the 8th is 17,168. It
    // withdrew the next day, low 15,683. US inflation figures (10th, 13:30 UTC) lifted the price to
    // 17,500 and above.
    Episode {
        name: "FTX, November 2022",
        points: &[
            (0, 20_602),
            (8, 19_650),
            (15, 19_550),
            (16, 20_450),
            (18, 18_900),
            (20, 17_300),
            (24, 18_541),
            (34, 17_600),
            (42, 16_650),
            (45, 15_750),
            (48, 15_881),
            (60, 16_550),
            (62, 17_400),
            (66, 17_650),
        ],
        hourly_noise_ppm: 7_000,
    },
];
