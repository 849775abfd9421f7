using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Tests.Records;

/// <summary>The table of external suppressions, on a real Azurite.</summary>
public sealed class ExternalSuppressionStoreTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private ServiceProvider? _services;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ExternalSuppressionStore Suppressions => _services!.GetRequiredService<ExternalSuppressionStore>();

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OptOut:Storage:ConnectionString"] = await azurite.NewAccountAsync(),
            ["OptOut:Data:HashSecret"] = OptOutSettings.HashSecret,
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = OptOutSettings.DataSecret,
        }).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        await _services.GetRequiredService<StorageAccount>().EnsureCreatedAsync(Cancel);
    }

    [Fact]
    public async Task Lifting_a_suppression_leaves_those_from_other_sources()
    {
        var number = Phone("+32470123456");
        await Suppressions.SetAsync(new ExternalSuppression(number, "do-not-call", [Channel.Phone], Noon), Cancel);
        await Suppressions.SetAsync(new ExternalSuppression(number, "do-not-call", [Channel.Phone], Noon), Cancel);
        await Suppressions.SetAsync(
            new ExternalSuppression(number, ExternalSuppression.BounceOrigin("twilio"), [Channel.Sms], Noon), Cancel);
        await Suppressions.SetAsync(new ExternalSuppression(Phone("+32470123457"), "do-not-call", [Channel.Phone], Noon), Cancel);

        Assert.Equal(
            [("bounce:twilio", Channel.Sms), ("do-not-call", Channel.Phone)],
            (await Suppressions.FindAsync(number, Cancel)).Select(d => (d.Origin, Assert.Single(d.Channels))));

        var hash = _services!.GetRequiredService<IdentifierProtector>().Hash(number);
        await Suppressions.LiftAsync(number.Kind, hash, "do-not-call", Cancel);
        await Suppressions.LiftAsync(number.Kind, hash, "do-not-call", Cancel);

        var left = Assert.Single(await Suppressions.FindAsync(number, Cancel));
        Assert.Equal((true, "twilio", Noon), (left.IsBounce, left.Party, left.Since));
        Assert.Single(await Suppressions.FindAsync(Phone("+32470123457"), Cancel));
        Assert.Empty(await Suppressions.FindAsync(Phone("+32470123458"), Cancel));
    }

    [Fact]
    public async Task A_scan_decrypts_every_suppression_of_a_kind_in_hash_order_and_the_table_has_no_contact_point_in_clear_text()
    {
        var numbers = Enumerable.Range(0, 40).Select(i => Phone($"+324701234{i:D2}")).ToArray();
        foreach (var number in numbers)
            await Suppressions.SetAsync(new ExternalSuppression(number, "do-not-call", [Channel.Phone], Noon), Cancel);
        Assert.True(PostalKey.TryParse("Kouter 1 9000 Gent", out var address));
        await Suppressions.SetAsync(new ExternalSuppression(address, "robinson", [Channel.Post], Noon), Cancel);

        var partitions = IdentifierIndex.Partitions(IdentifierKind.Phone).ToArray();
        var scanned = new List<Identifier>();
        await foreach (var suppression in Suppressions.ScanAsync(partitions[0], partitions[^1], Cancel))
            scanned.Add(suppression.Identifier);

        var protector = _services!.GetRequiredService<IdentifierProtector>();
        Assert.Equal(numbers.OrderBy(n => protector.Hash(n).Value), scanned);
        Assert.Equal(numbers.Length, (await Suppressions.KnownAsync(IdentifierKind.Phone, "do-not-call", Cancel)).Count);
        Assert.Empty(await Suppressions.KnownAsync(IdentifierKind.Phone, "robinson", Cancel));
        var table = string.Concat(
            _services!
                .GetRequiredService<StorageAccount>()
                .ExternalSuppressions.Query<TableEntity>(cancellationToken: Cancel)
                .SelectMany(r => r)
                .Select(p => $"{p.Key} {p.Value}\n"));
        Assert.DoesNotContain("3247012", table, StringComparison.Ordinal);
        Assert.DoesNotContain("KOUTER", table, StringComparison.OrdinalIgnoreCase);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private static Identifier Phone(string number) =>
        PhoneNumber.TryParse(number, "BE", out var phone) ? phone : throw new FormatException(number);
}
