using Azure.Data.Tables;
using OptOut.Platform;

namespace OptOut.Records;

internal static class TableTransactions
{
    /// <summary>
    /// All or none. A transaction is answered 202 and its outcome is in the body, which <see cref="AvailabilityPolicy"/> does not read.
    /// </summary>
    /// <exception cref="TableTransactionFailedException">One of the actions cannot be carried out.</exception>
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
