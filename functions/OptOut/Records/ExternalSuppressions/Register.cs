using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>What a register means from a day on. It applies to customers as to prospects.</summary>
/// <param name="From">The first moment at which it is in force.</param>
/// <param name="Denies">What is not to be sent to who stands in the register.</param>
/// <param name="MaxAge">How old the list may be that marketing rests on.</param>
/// <param name="Source">Where the rule comes from, for the report.</param>
internal sealed record RegisterRule(DateTimeOffset From, IReadOnlyList<Channel> Denies, TimeSpan MaxAge, string Source);

/// <summary>
/// A public list of contact points that want no marketing from anybody. The rules are data, each with the day it came into force; the one in force at
/// the moment of the question answers it. A rule of a coming day can stand here before that day.
/// </summary>
/// <param name="Name">As in <c>OptOut:Registers:{name}</c>, in the container's folder, in the answer and in the report: <c>a-z 0-9 -</c>.</param>
/// <param name="Kind">Of the contact points.</param>
/// <param name="Rules">In the order of their days.</param>
internal sealed record Register(string Name, IdentifierKind Kind, IReadOnlyList<RegisterRule> Rules)
{
    /// <summary>Every register there is a rule for.</summary>
    public static IReadOnlyList<Register> All { get; } =
    [
        // The Belgian do-not-call-me list (Bel-me-niet-meer, Ne m'appelez plus), kept by DNCM vzw/asbl. Whoever calls for marketing must leave out every number on
        // it, a customer's too (https://www.dncm.be/en/purchase_the_list/frequently_asked_questions). It is about calls, not text messages
        // (https://www.dncm.be/faqs-b2b-en/). It is renewed daily, and must be fetched again at least every five days (https://dncm.be/en/purchase_the_list).
        new("do-not-call", IdentifierKind.Phone,
        [
            // In use since DNCM was recognised (http://pro.bel-me-niet-meer.be/nl/juridisch-kader).
            new(new(2015, 7, 11, 0, 0, 0, TimeSpan.FromHours(2)), [Channel.Phone], TimeSpan.FromDays(5), "Code of economic law, art. VI.110 to VI.115, XIV.77 and XIV.78; DNCM: at least every 5 days"),

            // The Act of 8 February 2024 puts users beside subscribers, and numbers come in by way of the central number database too
            // (https://fiscosearch.be/collecties/wetboek-economisch-recht/artikel-vi-111). What may be called stays the same.
            new(new(2024, 2, 29, 0, 0, 0, TimeSpan.FromHours(1)), [Channel.Phone], TimeSpan.FromDays(5), "Code of economic law, art. I.8, 48° and VI.110 to VI.115, as amended by the Act of 8 February 2024; DNCM: at least every 5 days"),
        ]),

        // The Robinson list for post, kept by the Belgian Association of Marketing. No act makes its use a duty (https://www.ubabelgium.be/nl/news-resources/item/2021/05/17/
        // Wordt-de-Robinson-lijst-voor-direct-mail-verplicht); its own terms are about prospects (https://www.robinson.be/nl/algemene-voorwaarden). Who stands in it has said to
        // everybody that they want no addressed advertising, so here it counts for customers too. How fresh it must be nobody lays down: a month is ours.
        new("robinson", IdentifierKind.Postal,
        [
            new(DateTimeOffset.MinValue, [Channel.Post], TimeSpan.FromDays(31), "terms of the Robinson list of the Belgian Association of Marketing; a month by our own measure"),
        ]),
    ];

    public static Register? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>The rule in force; null before the first.</summary>
    public RegisterRule? RuleAt(DateTimeOffset moment) => Rules.LastOrDefault(r => r.From <= moment);
}
