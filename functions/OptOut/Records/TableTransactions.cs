using Azure.Data.Tables;
using OptOut.Platform;

namespace OptOut.Records;

internal static class TableTransactions
{
    /// <summary>
    /// Submits a transaction: all actions or none. Its response is always 202 with the outcome in the body, which
    /// <see cref="AvailabilityPolicy"/> does not read.
    /// </summary>
    /// <exception cref="TableTransactionFailedException">One of the actions failed.</exception>
    public static async Task SubmitAsync(
        this TableClient table, IEnumerable<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(actions, cancellationToken);
        }
        catch (TableTransactionFailedException e) when (AvailabilityPolicy.MeansUnavailable(e))
        {
            throw new StoreUnavailableException(e);
        }
    }
}
