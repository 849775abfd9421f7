using OptOut.Local.Hosting;

namespace OptOut.Tests.Hosting;

public sealed class FileClockTests
{
    [Fact]
    public async Task The_clock_follows_the_file_as_it_changes_and_is_right_without_one()
    {
        var folder = Directory.CreateTempSubdirectory("optout-clock-");
        try
        {
            var file = Path.Combine(folder.FullName, "clock");
            var clock = new FileClock(file);
            Assert.InRange(clock.GetUtcNow() - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
            await File.WriteAllTextAsync(file, "-86400", TestContext.Current.CancellationToken);
            Assert.InRange(TimeProvider.System.GetUtcNow() - clock.GetUtcNow(), TimeSpan.FromHours(23), TimeSpan.FromHours(25));
            await File.WriteAllTextAsync(file, "86400.5", TestContext.Current.CancellationToken);
            Assert.InRange(clock.GetUtcNow() - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(23), TimeSpan.FromHours(25));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
