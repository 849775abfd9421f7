using System.Globalization;
using System.Text.Json;

namespace OptOut.Local.Hosting;

/// <summary>
/// The settings of host.json that matter on one machine, with Azure's defaults
/// (learn.microsoft.com/azure/azure-functions/functions-host-json).
/// </summary>
internal sealed record HostJson
{
    public string RoutePrefix { get; private init; } = "api";

    public int MaxConcurrentCalls { get; private init; } = 16;

    public int MaxMessageBatchSize { get; private init; } = 1000;

    public int PrefetchCount { get; private init; }

    public TimeSpan MaxAutoLockRenewalDuration { get; private init; } = TimeSpan.FromMinutes(5);

    public bool AutoCompleteMessages { get; private init; } = true;

    public static HostJson Read(string path, StartupErrors errors)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Read(document.RootElement);
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException)
        {
            errors.Add(
                $"host.json ({path}): {unreadable.Message}",
                "Fix the file; https://learn.microsoft.com/azure/azure-functions/functions-host-json lists what it may contain.");
            return new HostJson();
        }
    }

    private static HostJson Read(JsonElement root)
    {
        var defaults = new HostJson();
        var http = Section(root, "http");
        var bus = Section(root, "serviceBus");
        return new HostJson
        {
            RoutePrefix = Value(http, "routePrefix", value => value.GetString()!.Trim('/')) ?? defaults.RoutePrefix,
            MaxConcurrentCalls = Value(bus, "maxConcurrentCalls", value => (int?)value.GetInt32()) ?? defaults.MaxConcurrentCalls,
            MaxMessageBatchSize = Value(bus, "maxMessageBatchSize", value => (int?)value.GetInt32()) ?? defaults.MaxMessageBatchSize,
            PrefetchCount = Value(bus, "prefetchCount", value => (int?)value.GetInt32()) ?? defaults.PrefetchCount,
            MaxAutoLockRenewalDuration = Value(
                    bus, "maxAutoLockRenewalDuration", value => (TimeSpan?)TimeSpan.Parse(value.GetString()!, CultureInfo.InvariantCulture))
                ?? defaults.MaxAutoLockRenewalDuration,
            AutoCompleteMessages = Value(bus, "autoCompleteMessages", value => (bool?)value.GetBoolean()) ?? defaults.AutoCompleteMessages,
        };
    }

    private static JsonElement? Section(JsonElement root, string name) =>
        root.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty(name, out var section) ? section : null;

    private static T? Value<T>(JsonElement? section, string name, Func<JsonElement, T> read) =>
        section is { } present && present.TryGetProperty(name, out var value) ? read(value) : default;
}
