using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Generic;

/// <summary>A vendor that needs only settings: it receives a signed POST and returns its list as JSON.</summary>
internal sealed class HttpVendor(
    string name,
    Channel channel,
    HttpVendorOptions options,
    HttpVendorLists lists,
    HttpVendorEntries entries,
    VendorHttp http,
    TimeProvider time) : IVendor
{
    private readonly HttpVendorCalls _calls = new(name, options, http, time);

    public string Name => name;

    public Channel Channel => channel;

    public IReadOnlyList<string> Lists => lists.All;

    public IReadOnlyList<string> Pulls { get; } = lists.All.Count == 0 ? [] : [HttpVendorPull.Everything];

    public IReadOnlySet<string> ListsFor(StopSet stops) => lists.For(stops);

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != Identifier.KindFor(channel))
        {
            return new VendorOutcome.Rejected(
                $"{name} is a vendor for {channel.Name()}, and does not take a {push.Identifier.Kind} identifier.");
        }

        var state = ConsentChanged.From(push, channel, lists, time.GetUtcNow());
        return state.HasChanges
            ? _calls.PushOutcome(await _calls.PushAsync(
                JsonSerializer.SerializeToUtf8Bytes(state, HttpVendorJson.Default.ConsentChanged),
                push.Identifier.Value,
                cancellationToken))
            : new VendorOutcome.Confirmed();
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        Pulls.Contains(list, StringComparer.Ordinal)
            ? new HttpVendorPull(name, options, _calls, entries).PageAsync(until, cursor, cancellationToken)
            : throw new ArgumentException($"'{list}' is not a list of {name}.", nameof(list));
}
