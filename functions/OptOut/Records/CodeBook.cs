using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Links;

namespace OptOut.Records;

/// <summary>
/// The printed codes and what they stand for. A code is the first 45 bits of a keyed hash of its purpose, so nobody without the
/// key can guess one. A call that is repeated, because its response was lost or the letter is printed again, returns the same
/// codes and writes nothing new.
/// </summary>
internal sealed class CodeBook(StorageAccount storage, IOptions<DataOptions> data, TimeProvider time) : IDisposable
{
    // The codes are spread over 32,768 partitions and cannot share a transaction, so they are written in parallel.
    private const int AtATime = 32;

    private readonly KeyedHash _hash = new(Secret.Decode(data.Value.HashSecret), "optout/code/v1");

    /// <summary>Finds what a code stands for; null if it was never issued.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<CodeEntry?> FindAsync(PrintedCode code, CancellationToken cancellationToken) =>
        await RowAsync(code, cancellationToken) is { } row ? CodeRow.Read(row) : null;

    /// <summary>Issues the codes for these purposes, in the same order. After a failure, call it again to continue.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<PrintedCode>> IssueAsync(IReadOnlyList<CodePurpose> purposes, CancellationToken cancellationToken)
    {
        var codes = new PrintedCode[purposes.Count];
        var now = time.GetUtcNow();
        await Parallel.ForAsync(
            0,
            purposes.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (i, cancel) =>
                codes[i] = await IssueAsync(purposes[i], now, cancel));
        return codes;
    }

    public void Dispose() => _hash.Dispose();

    // Two purposes may hash to the same code: once in a few hundred million times when a hundred thousand are in use. The second then takes
    // its next draw, and finds it again in later calls, because rows are never removed.
    private async Task<PrintedCode> IssueAsync(CodePurpose purpose, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var draw = 0; ; draw++)
        {
            var code = Draw(purpose, draw);
            try
            {
                await storage.Codes.AddEntityAsync(CodeRow.Entity(code, purpose, now), cancellationToken);
                return code;
            }
            catch (RequestFailedException e) when (e.Status == 409)
            {
                if (await RowAsync(code, cancellationToken) is { } row && CodeRow.IsFor(row, purpose))
                    return code;
            }
        }
    }

    internal PrintedCode Draw(CodePurpose purpose, int draw)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        _hash.Compute(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose}\n{draw}")), hash);
        return new PrintedCode(BinaryPrimitives.ReadUInt64BigEndian(hash) >> (64 - PrintedCode.Bits));
    }

    private async Task<TableEntity?> RowAsync(PrintedCode code, CancellationToken cancellationToken)
    {
        var (partition, rowKey) = CodeRow.Key(code);
        var row = await storage.Codes.GetEntityIfExistsAsync<TableEntity>(partition, rowKey, cancellationToken: cancellationToken);
        return row.HasValue ? row.Value : null;
    }
}
