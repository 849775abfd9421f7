using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace OptOut.Reconciliation;

/// <summary>
/// The report as one page for the privacy officer: no script, nothing from elsewhere, readable by a screen reader, on paper and in the dark.
/// </summary>
internal static class ReportHtml
{
    // The pairs of colours have a contrast of at least 7:1 (WCAG 2.2, 1.4.6). A state is always a word too, never a colour alone.
    private const string Style =
        """
        :root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#c4c9cf;--good:#0b4f26;--goodpaper:#e6f4ea;--bad:#7a1414;--badpaper:#fdecec}
        @media(prefers-color-scheme:dark){:root{--ink:#eceff2;--paper:#14171a;--line:#4a5159;--good:#b5ecc7;--goodpaper:#0f2a1a;--bad:#ffc9c9;--badpaper:#3a1414}}
        body{margin:0 auto;padding:1.5rem;max-width:50rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
        h1{font-size:1.25rem;margin:0 0 1rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem;border-top:1px solid var(--line);padding-top:1rem}h3{font-size:1rem;margin:1.5rem 0 .25rem}
        .verdict{font-size:1.35rem;font-weight:600;line-height:1.35;padding:1rem 1.25rem;border-left:.4rem solid;margin:0 0 1rem}
        .good{color:var(--good);background:var(--goodpaper)}.bad{color:var(--bad);background:var(--badpaper)}
        p.state{padding:.5rem .75rem;border-left:.25rem solid}
        table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}caption{text-align:left;font-weight:600;padding:.25rem 0}
        th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;text-align:left;overflow-wrap:anywhere}
        th[scope=row]{font-weight:400}td.n{text-align:right;padding-right:0;font-variant-numeric:tabular-nums}
        code{font:.9rem ui-monospace,monospace}summary{cursor:pointer}
        @media print{body{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
        """;

    public static string Render(ReconciliationReport report)
    {
        var html = new StringBuilder();
        html.Append(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">

            """);
        html.Append("<title>").Append(Text($"Opt-out report, {ReportWords.Moment(report.Started)}")).Append("</title>\n<style>").Append(Style).Append("</style>\n</head>\n<body>\n<main>\n");
        html.Append("<h1>").Append(Text($"Opt-out report, {ReportWords.Moment(report.Started)}")).Append("</h1>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"verdict {(report.NeedsAttention ? "bad" : "good")}\">{Text(report.Verdict)}</p>\n");
        html.Append("<p>People appear as subject keys; no address or number stands in this report.</p>\n");
        foreach (var vendor in report.Vendors)
            Append(html, vendor);
        if (report.DeadLetters is { Count: > 0 } dead)
        {
            html.Append("<h2>Dead letters</h2>\n");
            Table(html, "Messages that nobody could handle", "What", "How many, and since when", numeric: false, dead.Select(d => (Text(DeadLetterWords.What(d)), Text(DeadLetterWords.HowMany(d)))));
        }

        html.Append("<h2>About this run</h2>\n<p>Run <code>").Append(Text(report.RunId.ToString("D"))).Append("</code>, ")
            .Append(Text($"{ReportWords.Moment(report.Started)} to {ReportWords.Moment(report.Finished)}.")).Append("</p>\n");
        if (report.Mail is { } mail)
            html.Append("<p>Mail to the privacy address: ").Append(Text(mail)).Append(".</p>\n");
        html.Append("<p>Time to stop runs from the person's act to the vendor's confirmation. &#8220;95 of 100 within&#8221; is the nearest rank: the shortest time that at least 95 % of the opt-outs did not exceed.</p>\n");
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, VendorReport vendor)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(vendor.Vendor)}{(vendor.Resumed ? Text($", run of {ReportWords.Moment(vendor.Started)}") : "")}</h2>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"state {(vendor.NeedsAttention ? "bad" : "good")}\">{(vendor.NeedsAttention ? "Needs attention: see below. " : "")}{Text(ReportWords.Status(vendor))}</p>\n");
        if (vendor.Status == VendorRunStatus.Busy)
            return;

        string[] problems = [.. ReportWords.Problems(vendor)];
        if (problems.Length > 0)
        {
            html.Append("<h3>To look at</h3>\n<ul>\n");
            foreach (var problem in problems)
                html.Append("<li>").Append(Text(problem)).Append("</li>\n");
            html.Append("</ul>\n");
        }

        Table(html, "What was found and done", "What", "How many", numeric: true, ReportWords.Figures(vendor).Select(f => (Text(f.Label), Text(f.Value))));
        if (vendor.Lists.Count > 0)
            Table(html, "Entries by list", "List", "Entries", numeric: true, vendor.Lists.Select(l => (Text(l.Key), ReportWords.Count(l.Value))));
        if (vendor.Subjects.Count == 0)
            return;

        html.Append(CultureInfo.InvariantCulture, $"<details>\n<summary>The subjects this is about ({ReportWords.Count(vendor.Subjects.Count + vendor.SubjectsLeftOut)})</summary>\n");
        Table(html, "Subjects", "Subject key", "What was done", numeric: false, vendor.Subjects.Select(s => ($"<code>{Text(s.Subject)}</code>", Text(ReportWords.Event(s.Event)))));
        if (vendor.SubjectsLeftOut > 0)
            html.Append("<p>").Append(Text($"And {ReportWords.Count(vendor.SubjectsLeftOut)} more, in the ledger.")).Append("</p>\n");
        html.Append("</details>\n");
    }

    private static void Table(StringBuilder html, string caption, string first, string second, bool numeric, IEnumerable<(string Label, string Value)> rows)
    {
        var type = numeric ? " class=\"n\"" : "";
        html.Append(CultureInfo.InvariantCulture, $"<table>\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{first}</th><th scope=\"col\"{(numeric ? " style=\"text-align:right;padding-right:0\"" : "")}>{second}</th></tr></thead>\n<tbody>\n");
        foreach (var (label, value) in rows)
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{label}</th><td{type}>{value}</td></tr>\n");
        html.Append("</tbody>\n</table>\n");
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
