namespace OptOut.Tests.ServiceBus;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("optout-bus-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
