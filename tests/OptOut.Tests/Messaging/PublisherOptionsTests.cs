using OptOut.Messaging;

namespace OptOut.Tests.Messaging;

public sealed class PublisherOptionsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 100_000)]
    public void What_makes_sense_is_accepted(int maxBatch, int maxWaiting) => Assert.Empty(Problems(maxBatch, maxWaiting));

    [Theory]
    [InlineData(0, 10, "OptOut:Publisher:MaxBatch is 0; give 1 to 1000.")]
    [InlineData(1001, 10, "OptOut:Publisher:MaxBatch is 1001; give 1 to 1000.")]
    [InlineData(10, 0, "OptOut:Publisher:MaxWaiting is 0; give 1 to 100000.")]
    [InlineData(10, 100_001, "OptOut:Publisher:MaxWaiting is 100001; give 1 to 100000.")]
    public void What_does_not_is_named_with_its_fix(int maxBatch, int maxWaiting, string problem) =>
        Assert.Equal([problem], Problems(maxBatch, maxWaiting));

    private static IEnumerable<string> Problems(int maxBatch, int maxWaiting) => new PublisherOptionsValidator()
        .Validate(null, new PublisherOptions { MaxBatch = maxBatch, MaxWaiting = maxWaiting }).Failures ?? [];
}
