using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>The rule of a register from a given date. It applies to customers as well as to prospects.</summary>
/// <param name="From">When the rule takes effect.</param>
/// <param name="BlockedChannels">The channels on which contact points in the register must not receive marketing.</param>
/// <param name="MaxAge">The maximum age of the list when sending marketing.</param>
/// <param name="Source">The legal or contractual source of the rule, for the report.</param>
internal sealed record RegisterRule(DateTimeOffset From, IReadOnlyList<Channel> BlockedChannels, TimeSpan MaxAge, string Source);

/// <summary>
/// A public list of contact points that want no marketing from anyone. The rules are data, each with the date on which it takes effect; the
/// rule in force at the time of the check applies. A future rule can be added before its date.
/// </summary>
/// <param name="Name">As in <c>OptOut:Registers:{name}</c>, the folder in the container, the check's response and the report:
/// <c>a-z 0-9 -</c>.</param>
/// <param name="Kind">The kind of contact point.</param>
/// <param name="Rules">In order of date.</param>
internal sealed record Register(string Name, IdentifierKind Kind, IReadOnlyList<RegisterRule> Rules)
{
    /// <summary>Every register that has a rule.</summary>
    public static IReadOnlyList<Register> All { get; } =
    [
        // The Belgian do-not-call-me list (Bel-me-niet-meer, Ne m'appelez plus), kept by DNCM vzw/asbl. A company that makes marketing
        // calls must leave out every number on it, including those of customers
        // (https://www.dncm.be/en/purchase_the_list/frequently_asked_questions). It covers calls, not text messages
        // (https://www.dncm.be/faqs-b2b-en/). It is updated daily, and must be downloaded at least every five days
        // (https://dncm.be/en/purchase_the_list).
        new("do-not-call", IdentifierKind.Phone,
        [
            // In use since DNCM was recognised (http://pro.bel-me-niet-meer.be/nl/juridisch-kader).
            new(
                new(2015, 7, 11, 0, 0, 0, TimeSpan.FromHours(2)),
                [Channel.Phone],
                TimeSpan.FromDays(5),
                "Code of economic law, art. VI.110 to VI.115, XIV.77 and XIV.78; DNCM: at least every 5 days"),

            // The Act of 8 February 2024 adds users to subscribers, and numbers can also be entered through the central number database
            // (https://fiscosearch.be/collecties/wetboek-economisch-recht/artikel-vi-111). The numbers that may be called stay the same.
            new(
                new(2024, 2, 29, 0, 0, 0, TimeSpan.FromHours(1)),
                [Channel.Phone],
                TimeSpan.FromDays(5),
                "Code of economic law, art. I.8, 48° and VI.110 to VI.115, as amended by the "
                    + "Act of 8 February 2024; DNCM: at least every 5 days"),
        ]),

        // The Robinson list for post, kept by the Belgian Association of Marketing. No act makes its use mandatory
        // (https://www.ubabelgium.be/nl/news-resources/item/2021/05/17/ Wordt-de-Robinson-lijst-voor-direct-mail-verplicht); its own terms
        // cover prospects (https://www.robinson.be/nl/algemene-voorwaarden). People on the list have told everyone that they want no
        // addressed advertising, so here it also applies to customers. No rule sets a maximum age; we chose one month.
        new("robinson", IdentifierKind.Postal,
        [
            new(
                DateTimeOffset.MinValue,
                [Channel.Post],
                TimeSpan.FromDays(31),
                "terms of the Robinson list of the Belgian Association of Marketing; the month is our own choice"),
        ]),
    ];

    public static Register? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>The rule in force; null before the first.</summary>
    public RegisterRule? RuleAt(DateTimeOffset moment) => Rules.LastOrDefault(r => r.From <= moment);
}
