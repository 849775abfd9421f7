namespace OptOut.Local.Hosting;

/// <summary>One Service Bus function and what feeds it.</summary>
internal interface IBusFunction
{
    /// <summary>Also succeeds when the bus is unavailable: it then keeps trying.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops receiving and waits for the messages in progress.</summary>
    Task StopAsync(TimeSpan timeout);
}
