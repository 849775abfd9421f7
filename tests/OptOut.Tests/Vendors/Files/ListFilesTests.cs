using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Tests.Reconciliation;
using OptOut.Vendors.Files;

namespace OptOut.Tests.Vendors.Files;

/// <summary>Lists in the container <c>vendor-lists</c> of a real Azurite.</summary>
public sealed class ListFilesTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Party = "registry";
    private readonly ShiftedTime _time = new();
    private readonly ListFileOptions _phones =
        new() { Columns = { ["phone"] = "number", ["date"] = "since" }, Delimiter = ";", SettleTime = TimeSpan.Zero };
    private BlobContainerClient? _container;
    private ListFiles? _files;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["OptOut:Storage:ConnectionString"] = await azurite.NewAccountAsync() })
            .Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        var storage = services.GetRequiredService<StorageAccount>();
        await storage.EnsureCreatedAsync(Cancel);
        _container = storage.VendorLists;
        _files = new ListFiles(new ListDrops(storage, _time), Options.Create(new ControllerOptions()));
    }

    [Fact]
    public async Task Each_line_is_an_entry_with_its_date_whatever_the_spelling_of_the_number()
    {
        await DropAsync("2026-05-01.csv", "name;number;since\r\nJan;0470 12 34 56;2026-04-30\r\n\r\n;\"+32 470/12.34.57\";30 april\n");

        var page = await FirstAsync(_phones);

        Assert.Equal(
            [("+32470123456", new DateTimeOffset(2026, 4, 30, 0, 0, 0, TimeSpan.Zero)), ("+32470123457", null)],
            page.Entries.Select(e => (e.Identifier.Value, e.At)));
        Assert.Equal((0, null, "2026-05-01.csv"), (page.Unreadable, page.Next, page.Drop!.Name));
    }

    [Fact]
    public async Task A_bad_line_is_counted_and_does_not_affect_the_others()
    {
        await DropAsync(
            "a.csv",
            [
                .. "number;since\n+32470123456;2026-01-01\n\"+32470123457;2026-01-01\n12;2026-01-01\n"u8,
                0xFF,
                .. "\n;\nnothing\n+32470123458"u8,
            ]);

        var page = await FirstAsync(_phones);

        Assert.Equal(["+32470123456", "+32470123458"], page.Entries.Select(e => e.Identifier.Value));
        Assert.Equal(5, page.Unreadable);
    }

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("windows-1252")]
    public async Task An_address_in_several_columns_is_read_without_a_header_and_in_an_old_encoding(string encoding)
    {
        var options = new ListFileOptions
        {
            Columns = { ["Street"] = "2", ["Number"] = "3", ["Postcode"] = "4", ["City"] = "5" },
            Header = false,
            Delimiter = @"\t",
            Encoding = encoding,
            SettleTime = TimeSpan.Zero,
        };
        await DropAsync("a.txt", Encoding.Latin1.GetBytes("Peeters\tRue de la Pépinière\t12\t1000\tBruxelles\n"));

        var entry = Assert.Single((await FirstAsync(options, Channel.Post)).Entries);

        Assert.Contains("PEPINIERE", entry.Identifier.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_JSON_object_per_line_is_read_too()
    {
        var options = new ListFileOptions
        {
            Format = ListFileFormat.NdJson,
            Columns = { ["Email"] = "mail", ["Reason"] = "why" },
            SettleTime = TimeSpan.Zero,
        };
        await DropAsync(
            "a.ndjson",
            "{\"mail\":\"Jan@Example.com\",\"why\":\"moved \"}\n{\"mail\":7}\n[]\n{\"mail\n\"\\ud800\"\n{\"mail\":\"an@example.com\"}\n");

        var page = await FirstAsync(options, Channel.Email);

        Assert.Equal([("jan@example.com", "moved"), ("an@example.com", null)], page.Entries.Select(e => (e.Identifier.Value, e.Reason)));
        Assert.Equal(4, page.Unreadable);
    }

    [Fact]
    public async Task A_long_list_is_read_in_parts_and_can_be_resumed_at_any_part()
    {
        var numbers = Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"+32470{i:D6}")).ToArray();
        await DropAsync("a.csv", "number;since;filler\n" + string.Concat(numbers.Select(n => $"{n};2026-01-01;{new string('x', 40)}\n")));

        var pages = new List<ListPage>();
        string? cursor = null;
        do
        {
            pages.Add(await _files!.PageAsync(Party, _phones, Channel.Phone, cursor, Cancel));
            cursor = pages[^1].Next;
        }
        while (cursor is not null);

        Assert.True(pages.Count > 3);
        Assert.Equal(numbers, pages.SelectMany(p => p.Entries).Select(e => e.Identifier.Value));
        Assert.All(pages, p => Assert.Equal((0, null), (p.Unreadable, p.Failure)));
        var again = await _files!.PageAsync(Party, _phones, Channel.Phone, pages[1].Next, Cancel);
        Assert.Equal(pages[2].Entries, again.Entries);
        Assert.DoesNotContain("470", pages[0].Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlong_line_is_skipped()
    {
        await DropAsync("b.csv", "number;since\n+32470123455;\n" + new string('9', 600_000) + "\n+32470123456;\n");

        var entries = new List<string>();
        var unreadable = 0;
        string? cursor = null;
        do
        {
            var page = await _files!.PageAsync(Party, _phones, Channel.Phone, cursor, Cancel);
            entries.AddRange(page.Entries.Select(e => e.Identifier.Value));
            unreadable += page.Unreadable;
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(["+32470123455", "+32470123456"], entries);
        Assert.True(unreadable > 0);
    }

    [Fact]
    public async Task Reading_fails_when_the_list_is_replaced_meanwhile()
    {
        await DropAsync(
            "a.csv",
            "number;since;filler\n"
                + string.Concat(
                    Enumerable.Range(0, 10_000)
                        .Select(i => string.Create(CultureInfo.InvariantCulture, $"+32470{i:D6};;{new string('x', 40)}\n"))));
        var first = await FirstAsync(_phones);
        await DropAsync("a.csv", "number;since\n+32470123456;\n");

        var second = await _files!.PageAsync(Party, _phones, Channel.Phone, first.Next, Cancel);

        Assert.IsType<VendorOutcome.Rejected>(second.Failure);
        Assert.Empty(second.Entries);
    }

    [Fact]
    public async Task A_file_still_being_written_is_not_read_and_the_previous_list_is_used()
    {
        await DropAsync("1.csv", "number;since\n+32470123456;\n");
        _time.Advance(TimeSpan.FromHours(1));
        await DropAsync("2.csv", "number;since\n+32470123457;\n");
        await DropAsync("3.csv.filepart", "number;since\n+32470123458;\n");
        await _container!.GetBlobClient($"{Party}/run/global/000000").UploadAsync(BinaryData.FromString("a page of a run"), Cancel);
        var settling = new ListFileOptions { Columns = { ["Phone"] = "number" }, Delimiter = ";", SettleTime = TimeSpan.FromHours(2) };

        Assert.IsType<VendorOutcome.Rejected>((await FirstAsync(settling)).Failure);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("+32470123457", Assert.Single((await FirstAsync(settling)).Entries).Identifier.Value);
    }

    [Fact]
    public async Task A_file_is_read_as_soon_as_its_digest_matches_and_never_when_it_does_not()
    {
        var options = new ListFileOptions { Columns = { ["Phone"] = "number" }, NeedsDigest = true };
        await DropAsync("1.csv", "number\n+32470123456\n");
        Assert.IsType<VendorOutcome.Rejected>((await FirstAsync(options)).Failure);

        await DropAsync("1.csv.sha256", Convert.ToHexStringLower(SHA256.HashData("number\n+32470123456\n"u8)) + "  1.csv\n");
        Assert.Equal("1.csv", (await FirstAsync(options)).Drop!.Name);

        await DropAsync("2.csv", "number\n+324701");
        await DropAsync("2.csv.sha256", Convert.ToHexStringLower(SHA256.HashData("number\n+32470123457\n"u8)));
        Assert.Equal(("1.csv", null), ((await FirstAsync(options)).Drop!.Name, (await FirstAsync(options)).Drop!.DamagedFile));

        _time.Advance(TimeSpan.FromHours(7));
        Assert.Equal(("1.csv", "2.csv"), ((await FirstAsync(options)).Drop!.Name, (await FirstAsync(options)).Drop!.DamagedFile));
    }

    [Fact]
    public async Task A_header_without_the_column_fails_the_read_with_a_reason_that_contains_no_entry()
    {
        await DropAsync("a.csv", "+32470123456;2026-01-01\n+32470123457;2026-01-01\n");

        var rejected = Assert.IsType<VendorOutcome.Rejected>((await FirstAsync(_phones)).Failure);

        Assert.Contains("'number', 'since'", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("470", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_in_the_settings_is_reported_at_once()
    {
        var options = new ListFileOptions
        {
            Delimiter = ";;",
            Encoding = "ebcdic",
            Header = false,
            Columns = { ["Phone"] = "tel", ["Colour"] = "1" },
            SettleTime = TimeSpan.FromDays(2),
        };

        string[] problems = [.. options.Problems("S", Channel.Phone)];

        Assert.All(problems, p => Assert.StartsWith("S:", p, StringComparison.Ordinal));
        Assert.Equal(
            ["Delimiter", "Encoding", "SettleTime", "Columns:Colour", "Columns:Phone"],
            problems.Select(p => p[2..p.IndexOf(" is ", StringComparison.Ordinal)]));
        Assert.Single(new ListFileOptions().Problems("S", Channel.Post));
        Assert.Empty(_phones.Problems("S", Channel.Sms));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<ListPage> FirstAsync(ListFileOptions options, Channel channel = Channel.Phone) =>
        _files!.PageAsync(Party, options, channel, null, Cancel);

    private Task DropAsync(string name, string content) => DropAsync(name, Encoding.UTF8.GetBytes(content));

    private async Task DropAsync(string name, byte[] content) =>
        await _container!.GetBlobClient($"{Party}/{name}").UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);
}
