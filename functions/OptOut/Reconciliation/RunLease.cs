using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using OptOut.Platform;
using OptOut.Reconciliation.Report;
using OptOut.Records;

namespace OptOut.Reconciliation;

/// <summary>
/// The lease on a vendor's run. Each write is under the row's ETag, so that only one of two instances writes. Renewed in the background,
/// released at the end.
/// </summary>
internal sealed class RunLease : IAsyncDisposable
{
    public const string LeaseColumn = "LeaseUntil";

    private readonly StorageAccount _storage;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly TableEntity _row;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewal;
    private long _since;
    private TimeSpan _workedBefore;
    private ETag _tag;

    public RunLease(StorageAccount storage, TimeSpan lease, TimeProvider time, TableEntity row, ETag tag)
    {
        (_storage, _lease, _time, _row, _tag) = (storage, lease, time, row, tag);
        State = row.GetString("State") is { } json ? RunState.FromJson(json) : null;
        _workedBefore = State?.Worked ?? TimeSpan.Zero;
        _since = time.GetTimestamp();
        _renewal = RenewAsync();
    }

    /// <summary>Null while there is no run.</summary>
    public RunState? State { get; private set; }

    /// <summary>The report of a run that is <see cref="RunPhase.Finished"/>.</summary>
    public VendorReport? Report =>
        _row.GetString("Report") is { } json ? JsonSerializer.Deserialize(json, ReportJson.Default.VendorReport) : null;

    /// <summary>The end of the period that the last finished run covered.</summary>
    public DateTimeOffset? LastUntil => _row.GetDateTimeOffset("LastUntil");

    /// <summary>How many entries each list had then.</summary>
    public IReadOnlyDictionary<string, int> LastLists =>
        _row.GetString("LastLists") is { } json
            ? JsonSerializer.Deserialize(json, RunJson.Default.DictionaryStringInt32)!
            : new Dictionary<string, int>();

    /// <summary>Cancelled when the lease is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    public static string RowKey(string vendor) => $"current~{vendor}";

    /// <summary>Begins a new run.</summary>
    /// <exception cref="RunLostException">Another instance has the lease.</exception>
    public Task BeginAsync(RunState state, CancellationToken cancellationToken)
    {
        (_since, _workedBefore) = (_time.GetTimestamp(), TimeSpan.Zero);
        return SaveAsync(state, cancellationToken);
    }

    /// <summary>Saves how far the run has come.</summary>
    /// <exception cref="RunLostException">Another instance has the lease.</exception>
    public Task SaveAsync(RunState state, CancellationToken cancellationToken)
    {
        var saved = state with { Worked = _workedBefore + _time.GetElapsedTime(_since) };
        return WriteAsync(
            row =>
            {
                row["State"] = saved.ToJson();
                row["RunId"] = saved.RunId;
                row["Phase"] = saved.Phase.ToString();
                row.Remove("Report");
                State = saved;
            },
            cancellationToken);
    }

    /// <summary>Ends the run's work and adds it to the history. Its report waits until it is part of a written report.</summary>
    /// <exception cref="RunLostException">Another instance has the lease.</exception>
    public async Task FinishAsync(VendorReport report, CancellationToken cancellationToken)
    {
        var vendor = _row.PartitionKey;
        var finished = State!.To(RunPhase.Finished);
        var json = JsonSerializer.Serialize(report, ReportJson.Default.VendorReport);
        await _storage.Runs.UpsertEntityAsync(
            new TableEntity(vendor, $"run~{vendor}~{finished.Started.UtcTicks:D19}")
            {
                ["RunId"] = finished.RunId,
                ["Started"] = finished.Started,
                ["Report"] = json,
            },
            TableUpdateMode.Replace,
            cancellationToken);
        await WriteAsync(
            row =>
            {
                row["State"] = finished.ToJson();
                row["Phase"] = finished.Phase.ToString();
                row["Report"] = json;
                row["LastUntil"] = report.Until;
                row["LastLists"] = JsonSerializer.Serialize(report.Lists.ToDictionary(), RunJson.Default.DictionaryStringInt32);
                State = finished;
            },
            cancellationToken);
    }

    /// <summary>Closes the run once its report is part of a written report: the next run may begin.</summary>
    /// <exception cref="RunLostException">Another instance has the lease.</exception>
    public Task CloseAsync(CancellationToken cancellationToken) => WriteAsync(
        row =>
        {
            foreach (var column in (string[])["State", "RunId", "Phase", "Report"])
                row.Remove(column);
            State = null;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _renewal;
        try
        {
            // Released at once, also when the host is stopping, so that the next run need not wait for the lease to expire.
            await WriteAsync(row => row[LeaseColumn] = _time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception e) when (e is RunLostException or StoreUnavailableException)
        {
            // The lease then expires by itself.
        }

        _gate.Dispose();
        _lost.Dispose();
        _end.Dispose();
    }

    private async Task RenewAsync()
    {
        while (true)
        {
            try
            {
                await Task.Delay(_lease / 3, _time, _end.Token);
                await WriteAsync(_ => { }, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (RunLostException)
            {
                return;
            }
            catch (StoreUnavailableException)
            {
                // Two more attempts fit into the lease.
            }
        }
    }

    private async Task WriteAsync(Action<TableEntity> change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_lost.IsCancellationRequested)
                throw new RunLostException();
            _row[LeaseColumn] = _time.GetUtcNow() + _lease;
            change(_row);
            _tag = (await _storage.Runs.UpdateEntityAsync(_row, _tag, TableUpdateMode.Replace, cancellationToken)).Headers.ETag!.Value;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            await _lost.CancelAsync();
            throw new RunLostException();
        }
        finally
        {
            _gate.Release();
        }
    }
}
