namespace OptOut.Vendors.Mailgun;

/// <summary>The names of a domain's lists: <c>unsubscribes-mg.example.com</c>.</summary>
internal static class MailgunLists
{
    public const string Unsubscribes = "unsubscribes", Complaints = "complaints", Bounces = "bounces";

    /// <summary>
    /// Unsubscribes of some tags alone: who left by a link for mails of one tag. No push reaches it, and none of its entries stands in for one on
    /// <see cref="Unsubscribes"/>.
    /// </summary>
    public const string Tags = "tags";

    public static string Name(string list, string domain) => $"{list}-{domain}";

    public static IEnumerable<string> For(string domain) => [Name(Unsubscribes, domain), Name(Tags, domain), Name(Complaints, domain), Name(Bounces, domain)];

    /// <summary>Mailgun gives out unsubscribes of all tags and of some together.</summary>
    public static IEnumerable<string> PullsOf(string domain) => [Name(Unsubscribes, domain), Name(Complaints, domain), Name(Bounces, domain)];
}
