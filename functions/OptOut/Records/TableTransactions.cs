using Azure;
using Azure.Data.Tables;
using OptOut.Platform;

namespace OptOut.Records;

internal static class TableTransactions
{
    /// <summary>
    /// Submits a transaction: all actions or none. Its response is always 202 with the outcome in the body, which
    /// <see cref="AvailabilityPolicy"/> does not read.
    /// </summary>
    /// <returns>The answer to each action, with the new version of its row.</returns>
    /// <exception cref="TableTransactionFailedException">One of the actions failed.</exception>
    public static async Task<IReadOnlyList<Response>> SubmitAsync(
        this TableClient table, IEnumerable<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        try
        {
            return (await table.SubmitTransactionAsync(actions, cancellationToken)).Value;
        }
        catch (TableTransactionFailedException e) when (AvailabilityPolicy.MeansUnavailable(e))
        {
            throw new StoreUnavailableException(e);
        }
    }
}
