using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>One captured measurement.</summary>
/// <param name="Scope">The host that made the measurement.</param>
internal sealed record CapturedMeasurement(string Meter, object? Scope, string Instrument, double Value, string Tags)
{
    public override string ToString() => $"{Instrument} {Value.ToString("0.###", CultureInfo.InvariantCulture)} {Tags}".TrimEnd();
}

/// <summary>
/// Captures all telemetry of this process: every span of every source, every measurement of every meter, and every line of the logs it is
/// registered with. Other tests run in parallel, so assertions must filter by host, trace or person.
/// </summary>
internal sealed class CapturedTelemetry : ILoggerProvider, ILogger
{
    private readonly ActivityListener _spans;
    private readonly MeterListener _meters = new();

    public CapturedTelemetry()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            SampleUsingParentId = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_spans);

        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<byte>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<short>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<int>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<long>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<float>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<double>((i, value, tags, _) => Measured(i, value, tags));
        _meters.SetMeasurementEventCallback<decimal>((i, value, tags, _) => Measured(i, (double)value, tags));
        _meters.Start();
    }

    public ConcurrentQueue<Activity> Spans { get; } = [];

    public ConcurrentQueue<CapturedMeasurement> Measurements { get; } = [];

    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>Returns the product's own measurements in one host, in order, and clears all measurements.</summary>
    public List<string> Take(object scope)
    {
        var taken = Measurements.Where(m => m.Meter == "OptOut" && ReferenceEquals(m.Scope, scope)).Select(m => m.ToString()).ToList();
        Measurements.Clear();
        return taken;
    }

    public void Observe() => _meters.RecordObservableInstruments();

    /// <summary>
    /// All telemetry that one function host emitted: its log, every measurement, and every span except those of others in this process: the
    /// vendors' web servers, and the HTTP clients that call the functions.
    /// </summary>
    /// <param name="server">The activity source of the host's own web server. Each web server has its own.</param>
    public IEnumerable<string> Texts(ActivitySource server) =>
        [.. Lines, .. Measurements.Select(m => $"{m.Meter} {m}"), .. Spans.Where(s => IsOf(server, s)).Select(Text)];

    private static bool IsOf(ActivitySource server, Activity span) => span.Source.Name switch
    {
        "Microsoft.AspNetCore" => ReferenceEquals(span.Source, server),
        // A call made by a function has the function's span as an ancestor. A call to a function has not.
        "System.Net.Http" or "" => Ancestors(span).Any(a => a.Source.Name.StartsWith("OptOut", StringComparison.Ordinal)),
        _ => true,
    };

    private static IEnumerable<Activity> Ancestors(Activity span)
    {
        for (var ancestor = span.Parent; ancestor is not null; ancestor = ancestor.Parent)
            yield return ancestor;
    }

    /// <summary>Everything about a span that an exporter could send.</summary>
    public static string Text(Activity span) => string.Join(' ', [
        span.Source.Name, span.OperationName, span.DisplayName, span.StatusDescription, span.TraceStateString,
        .. span.TagObjects.Select(Pair), .. span.Baggage.Select(b => $"{b.Key}={b.Value}"),
        .. span.Events.SelectMany(e => e.Tags.Select(Pair).Prepend(e.Name)), .. span.Links.SelectMany(l => (l.Tags ?? []).Select(Pair)),
    ]);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(
            $"{logLevel} {formatter(state, exception)} {exception} "
                + $"{(state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values.Select(Pair)) : "")}");

    public void Dispose()
    {
        _spans.Dispose();
        _meters.Dispose();
    }

    private void Measured(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Measurements.Enqueue(new CapturedMeasurement(
            instrument.Meter.Name,
            instrument.Meter.Scope,
            instrument.Name,
            value,
            string.Join(' ', tags.ToArray().Concat(instrument.Meter.Tags ?? []).Select(Pair))));

    private static string Pair(KeyValuePair<string, object?> pair) =>
        string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}");
}
