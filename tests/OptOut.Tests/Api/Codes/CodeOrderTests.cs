using System.Net.Http.Json;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;

namespace OptOut.Tests.Api.Codes;

/// <summary><c>POST /api/codes</c>, called by the controller's systems.</summary>
public sealed class CodeOrderTests(OptOutHost host, AzuriteFixture azurite) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_without_a_valid_key_are_rejected()
    {
        Assert.Equal((401, ""), await host.SendAsync("POST", "/api/codes") is var none ? (none.Status, none.Body) : default);
        Assert.Equal(
            (401, ""), await host.SendAsync("POST", "/api/codes", key: "wrong") is var wrong ? (wrong.Status, wrong.Body) : default);
    }

    [Fact]
    public async Task Each_person_gets_their_own_code_in_the_order_of_the_request()
    {
        var codes = await OrderAsync(
            new { subjects = new[] { "order-1", "order-2", "order-3", "order-1" }, topic = "offers", campaign = 7 });

        Assert.Equal(4, codes.Count);
        Assert.Equal(3, codes.Distinct().Count());
        Assert.Equal(codes[0], codes[3]);
        foreach (var (code, id) in codes.Zip(["order-1", "order-2", "order-3"]))
        {
            var entry = await host.Service<CodeBook>().FindAsync(code, Cancel);
            Assert.Equal((host.SubjectOf(id), Channel.Post, (byte)2, 7u), (entry!.Subject, entry.Channel, entry.TopicId, entry.Campaign));
            Assert.InRange(entry.CreatedAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());
        }
    }

    [Fact]
    public async Task A_response_has_the_code_as_printed_and_the_short_link()
    {
        var answer = await PostAsync(new { subjects = new[] { "form-1" } });

        var code = answer.Json["codes"]!.AsArray().Single()!.AsObject();
        Assert.Equal(["code", "url"], code.Select(p => p.Key));
        var printed = code["code"]!.GetValue<string>();
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$", printed);
        Assert.Equal(
            $"https://optout.kruidtuin.example/q/{printed.Replace("-", "", StringComparison.Ordinal)}", code["url"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_repeated_call_gives_the_same_codes_and_writes_nothing()
    {
        var letters = new { subjects = Enumerable.Range(0, 20).Select(i => $"again-{i}").ToArray(), channel = "post", campaign = 9u };
        var leaflets = new { count = 3, campaign = 9u };
        var (first, firstLeaflets) = (await OrderAsync(letters), await OrderAsync(leaflets));
        var before = await host.EverythingAsync();

        var (again, againLeaflets) = (await OrderAsync(letters), await OrderAsync(leaflets));

        Assert.Equal(first, again);
        Assert.Equal(firstLeaflets, againLeaflets);
        Assert.Equal(before, await host.EverythingAsync());
        var (other, more) = (
            await OrderAsync(new { letters.subjects, letters.channel, campaign = 10u }),
            await OrderAsync(new { count = 5, campaign = 9u }));
        Assert.Empty(first.Intersect(other));
        Assert.Equal(firstLeaflets, more[..3]);
        Assert.Equal(5, more.Distinct().Count());
    }

    [Fact]
    public async Task Two_concurrent_identical_calls_give_the_same_codes()
    {
        var order = new { subjects = Enumerable.Range(0, 50).Select(i => $"at-once-{i}").ToArray() };

        var both = await Task.WhenAll(OrderAsync(order), OrderAsync(order));

        Assert.Equal(both[0], both[1]);
    }

    [Fact]
    public async Task A_leaflet_code_belongs_to_nobody()
    {
        var code = Assert.Single(await OrderAsync(new { count = 1, topic = "newsletter", campaign = 11u, qr = "none" }));

        var entry = await host.Service<CodeBook>().FindAsync(code, Cancel);
        Assert.Equal((null, Channel.Post, (byte)1, 11u), (entry!.Subject, entry.Channel, entry.TopicId, entry.Campaign));
    }

    [Fact]
    public async Task One_call_can_order_a_thousand_codes()
    {
        var codes = await OrderAsync(new { subjects = Enumerable.Range(0, 1000).Select(i => $"thousand-{i}").ToArray() });

        Assert.Equal(1000, codes.Distinct().Count());
    }

    [Fact]
    public async Task No_row_contains_a_customer_number()
    {
        await OrderAsync(new { subjects = new[] { "klant-qwxzyqv" } });

        var rows = await host.Storage.Codes
            .QueryAsync<TableEntity>(cancellationToken: Cancel)
            .Select(r => string.Join(' ', r.Select(p => $"{p.Key}={p.Value}")))
            .ToListAsync(Cancel);
        Assert.Contains(rows, r => r.Contains(host.SubjectOf("klant-qwxzyqv").ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(rows, r => r.Contains("qwxzyqv", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs.Lines, l => l.Contains("qwxzyqv", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_that_is_already_in_use_is_kept_and_the_next_draw_is_found_again()
    {
        await using var other = await OptOutHost.StartAsync(azurite);
        var purpose = new CodePurpose(other.SubjectOf("collides"), 0, Channel.Post, 0, 0);
        var taken = other.Service<CodeBook>().Draw(purpose, 0);
        var theirs = purpose with { Subject = other.SubjectOf("was there first"), Campaign = 3 };
        await other.Storage.Codes.AddEntityAsync(CodeRow.Entity(taken, theirs, TimeProvider.System.GetUtcNow()), Cancel);

        var code = Assert.Single(await other.Service<CodeBook>().IssueAsync([purpose], Cancel));

        Assert.NotEqual(taken, code);
        Assert.Equal([code], await other.Service<CodeBook>().IssueAsync([purpose], Cancel));
        Assert.Equal(other.SubjectOf("was there first"), (await other.Service<CodeBook>().FindAsync(taken, Cancel))!.Subject);
        Assert.Equal(other.SubjectOf("collides"), (await other.Service<CodeBook>().FindAsync(code, Cancel))!.Subject);
        Assert.Equal(2, other.Rows(other.Storage.Codes));
    }

    // Literal codes on purpose: if the code of a purpose ever changed, every reprint would carry new codes.
    [Fact]
    public void The_code_of_a_purpose_never_changes()
    {
        var book = host.Service<CodeBook>();

        Assert.Equal("554ZH-FNFWA", book.Draw(new CodePurpose(host.SubjectOf("C-1001"), 0, Channel.Post, 1, 7), 0).ToString());
        Assert.Equal("716GQ-7K8MX", book.Draw(new CodePurpose(null, 2, Channel.Post, 0, uint.MaxValue), 0).ToString());
    }

    [Fact]
    public async Task All_errors_are_reported_at_once_with_their_fix_and_nothing_is_written()
    {
        var before = await host.EverythingAsync();

        AssertErrors(
            await PostAsync(new
            {
                subjects = new[] { "C-1", " ", new string('x', 201), null },
                count = 0,
                channel = "fax",
                topic = "cars",
                qr = "jpeg",
            }),
            ("channel", "Give the channel it is printed for: post, email, sms or phone; or leave it out for post."),
            ("topic", "Not in the catalogue. Give one of: newsletter, offers; or leave it out."),
            ("qr", "Give svg or png for a picture of each code; or none, or leave it out."),
            (
                "subjects",
                "Give subjects, the customer numbers of the people who get a letter, or "
                    + "count, for leaflets addressed to nobody: one of the two."),
            ("subjects", "Entry 2 is not a customer number; give 1 to 200 characters, as in PUT /api/subjects/{id}."),
            ("subjects", "Entry 3 is not a customer number; give 1 to 200 characters, as in PUT /api/subjects/{id}."),
            ("subjects", "Entry 4 is not a customer number; give 1 to 200 characters, as in PUT /api/subjects/{id}."),
            ("count", "Give 1 or more. One code can be used for a whole print run."));
        AssertErrors(
            await PostAsync(new { }),
            (
                "subjects",
                "Give subjects, the customer numbers of the people who get a letter, or "
                    + "count, for leaflets addressed to nobody: one of the two."));
        AssertErrors(
            await PostAsync(new { subjects = Array.Empty<string>() }),
            ("subjects", "The list is empty; give the customer numbers of the people who get a letter."));
        AssertErrors(
            await PostAsync(new { subjects = Enumerable.Repeat("C-1", 1001).ToArray() }),
            ("subjects", "There are 1001; at most 1000 in one call, or 100 with pictures: send the rest in other calls."));
        AssertErrors(
            await PostAsync(new { subjects = Enumerable.Repeat("C-1", 101).ToArray(), qr = "svg" }),
            ("subjects", "There are 101; at most 1000 in one call, or 100 with pictures: send the rest in other calls."));
        AssertErrors(
            await PostAsync(new { count = 101, qr = "png" }),
            (
                "count",
                "It is 101; at most 1000 in one call, or 100 with pictures: send the rest in other calls. "
                    + "One code can be used for a whole print run."));
        Assert.Equal(400, (await PostAsync(new { count = 1, campaign = -1 })).Status);
        Assert.Equal(400, (await PostAsync(new { count = 1, size = "A4" })).Status);
        Assert.Equal(413, (await PostAsync(new { subjects = Enumerable.Repeat(new string('x', 199), 1400).ToArray() })).Status);

        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task While_the_store_is_unavailable_the_response_asks_to_send_the_order_again()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var other = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var order = new { subjects = new[] { "away-1", "away-2" } };
        await storage.StopAsync();

        var answer = await other.SendAsync("POST", "/api/codes", JsonContent.Create(order), OptOutHost.FunctionKey);

        Assert.Equal(
            (503, "60", "Temporarily unavailable. Send the same request again."),
            (answer.Status, answer.Headers["Retry-After"], answer.Json["title"]!.GetValue<string>()));
        storage.StartAgain();
        await OptOutHost.UntilAsync(
            async () => (await other.SendAsync("POST", "/api/codes", JsonContent.Create(order), OptOutHost.FunctionKey)).Status == 200);
        Assert.Equal(2, other.Rows(other.Storage.Codes));
    }

    private static void AssertErrors(Answer answer, params (string Field, string Error)[] expected)
    {
        Assert.Equal(
            (400, "The request was not accepted. Nothing was changed."), (answer.Status, answer.Json["title"]!.GetValue<string>()));
        Assert.Equal(
            expected, answer.Json["errors"]!.AsObject().SelectMany(f => f.Value!.AsArray().Select(e => (f.Key, e!.GetValue<string>()))));
    }

    private async Task<List<PrintedCode>> OrderAsync(object order)
    {
        var answer = await PostAsync(order);
        Assert.Equal(200, answer.Status);
        return [.. answer.Json["codes"]!.AsArray().Select(
            c => PrintedCode.TryParse(c!["code"]!.GetValue<string>(), out var code) ? code : throw new FormatException(c.ToJsonString()))];
    }

    private Task<Answer> PostAsync(object order) => host.SendAsync("POST", "/api/codes", JsonContent.Create(order), OptOutHost.FunctionKey);
}
