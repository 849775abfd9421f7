namespace OptOut.Vendors.Mailgun;

/// <summary>The names of a domain's lists: <c>unsubscribes-mg.example.com</c>.</summary>
internal static class MailgunLists
{
    public const string Unsubscribes = "unsubscribes", Complaints = "complaints", Bounces = "bounces";

    /// <summary>
    /// Unsubscribes for some tags only: people who unsubscribed through a link in mail with one tag. Pushes do not change this list, and
    /// its entries do not count as entries on <see cref="Unsubscribes"/>.
    /// </summary>
    public const string Tags = "tags";

    public static string Name(string list, string domain) => $"{list}-{domain}";

    public static IEnumerable<string> For(string domain) =>
        [Name(Unsubscribes, domain), Name(Tags, domain), Name(Complaints, domain), Name(Bounces, domain)];

    /// <summary>The lists to pull: Mailgun returns unsubscribes for all tags and for some tags together.</summary>
    public static IEnumerable<string> PullsOf(string domain) =>
        [Name(Unsubscribes, domain), Name(Complaints, domain), Name(Bounces, domain)];
}
