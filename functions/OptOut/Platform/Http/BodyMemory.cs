namespace OptOut.Platform.Http;

/// <summary>
/// The memory that large bodies take together. They are received before anybody knows who sends them, so without a limit a few dozen
/// senders of mails of 30 MiB would use up the instance's memory.
/// </summary>
/// <param name="maxBytes">The limit in bytes.</param>
internal sealed class BodyMemory(long maxBytes)
{
    /// <summary>A body up to this size, in bytes, is never refused: every form, API call and one-click request is smaller.</summary>
    public const int SmallBytes = 256 * 1024;

    private long _taken;

    private long Max { get; } = maxBytes;

    /// <summary>A quarter of what the instance has: reading a mail takes its size a few times more.</summary>
    public static BodyMemory OfInstance { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>The memory of one body, which is given back when it is disposed of.</summary>
    public Share Open() => new(this);

    internal sealed class Share(BodyMemory memory) : IDisposable
    {
        private long _bytes;

        /// <returns>Whether there is room for the body to have this size; if not, its sender must try again later.</returns>
        public bool TryGrow(long bytes)
        {
            if (bytes <= SmallBytes || bytes <= _bytes)
                return true;
            var more = bytes - _bytes;
            if (Interlocked.Add(ref memory._taken, more) > memory.Max)
            {
                Interlocked.Add(ref memory._taken, -more);
                return false;
            }

            _bytes = bytes;
            return true;
        }

        public void Dispose() => Interlocked.Add(ref memory._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
